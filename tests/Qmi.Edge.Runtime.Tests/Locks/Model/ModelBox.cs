using Microsoft.Extensions.Logging.Abstractions;

namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>One run of a box that has nothing but locks: it receives messages and records what becomes of them.</summary>
internal sealed class ModelBox : ILockEvents
{
    public static readonly string[] Targets = [BoxObject.ObjectName, "stage", "camera"];

    private static readonly Dictionary<LockRule, RpcMethodDescription> Methods =
        Enum.GetValues<LockRule>().ToDictionary(rule => rule, rule => new RpcMethodDescription { Name = "move", Lock = rule });

    private readonly ModelWorld _world;
    private readonly Action _died;
    private readonly Dictionary<string, ObjectLock> _locks = [];
    private readonly Dictionary<int, (ObjectLock Target, LockWaiter Waiter)> _waiting = [];
    private readonly ModelStore _store;
    private readonly LockTable _table;

    /// <param name="world">Where it is.</param>
    /// <param name="mutant">What is wrong with it.</param>
    /// <param name="died">Called when it dies.</param>
    /// <param name="saveDelay">How long the disk takes; zero = saving is part of whatever needs it.</param>
    public ModelBox(ModelWorld world, LockMutant mutant, Action died, TimeSpan saveDelay)
    {
        (_world, _died) = (world, died);
        world.Record(new Happened.Booted(world.Time.Now));
        var clock = mutant.Clock(new BootClock(world, () => IsDead));
        _store = new ModelStore(this, world, new LockFile(new BoxState(world.Disk, new StateWriter(NullLogger.Instance, inline: true)), clock)) { SaveDelay = saveDelay };
        _table = new LockTable(new LockSurroundings(clock, this)
        {
            Store = mutant.Store(_store),
            Decisions = mutant.Decisions,
            Options = new LockOptions { DeathGrace = Grace },
            FenceBlock = 8,
            SpareFences = 4,
        });
    }

    public static TimeSpan Grace { get; } = TimeSpan.FromSeconds(1);

    public bool IsDead { get; private set; }

    public TimeSpan SaveDelay
    {
        set => _store.SaveDelay = value;
    }

    public static IReadOnlyList<string> Check(ModelWorld world) => LockChecker.Check(world.History, Targets, Grace);

    public void Open(string target)
    {
        if (IsDead)
            return;
        _locks.Add(target, _table.Open(target, null));
        Record(new Happened.Opened(_world.Time.Now, target));
    }

    /// <summary>The power is cut, or the process killed.</summary>
    public void Die()
    {
        if (IsDead)
            return;
        Record(new Happened.Died(_world.Time.Now));
        IsDead = true;
        _died();
    }

    /// <summary>An orderly end.</summary>
    public void Stop()
    {
        _table.Dispose();
        _store.SaveNow();
        Die();
    }

    public void ReportPresence(string client, bool isPresent)
    {
        if (IsDead)
            return;
        Record(new Happened.Presence(_world.Time.Now, client, isPresent));
        _table.ReportPresence(client, isPresent);
    }

    /// <summary>Receives a message, if the box and the object are there.</summary>
    /// <param name="message">The message.</param>
    /// <param name="reply">Given the answer, if there is one.</param>
    /// <returns>A number by which it can be cancelled; 0 = nobody received it.</returns>
    public int Deliver(Message message, Action<Answer> reply)
    {
        if (IsDead || !_locks.TryGetValue(message.Target, out var target))
            return 0;
        var id = _world.NextId();
        Record(new Happened.Delivered(_world.Time.Now, id, message));
        var caller = message.IsLocal ? Caller.Local : new Caller(message.Client);
        void Answer(Answer answer)
        {
            if (IsDead)
                return;
            Record(new Happened.Answered(_world.Time.Now, id, answer));
            reply(answer);
        }

        try
        {
            switch (message.Wish)
            {
                case Wish.Lock:
                    Lock(id, target, caller, message, Answer);
                    break;
                case Wish.Unlock:
                    Answer(new Answer(target.Release(caller, message.Token, message.Fence)));
                    break;
                case Wish.Renew:
                    Answer(ToAnswer(target.Renew(caller, message.Token, message.Fence)));
                    break;
                case Wish.Force:
                    Answer(new Answer(target.Force(caller, "needed now")));
                    break;
                case Wish.Call:
                    Call(id, target.Admit(caller, message.Token, Methods[message.Rule], message.Fence), message, Answer);
                    break;
            }
        }
        catch (QmiException error)
        {
            Answer(new Answer(false, Error: error.Code));
        }

        return id;
    }

    /// <summary>The client of a delivery does not want the lock any more.</summary>
    public void Cancel(int id)
    {
        if (IsDead || !_waiting.TryGetValue(id, out var waiting) || waiting.Waiter.IsAnswered)
            return;
        Record(new Happened.Cancelled(_world.Time.Now, id));
        waiting.Target.Withdraw(waiting.Waiter, new OperationCanceledException());
    }

    void ILockEvents.OnChanged(ObjectLock target)
    {
    }

    void ILockEvents.OnRenewed(ObjectLock target)
    {
    }

    void ILockEvents.OnDone(ObjectLock target, string action, Caller caller)
    {
    }

    void ILockEvents.OnNotice(ObjectLock target, LockEvent notice)
    {
    }

    void ILockEvents.OnBoundCallersChanged()
    {
    }

    void ILockEvents.OnSaved(Exception? failure)
    {
    }

    private static Answer ToAnswer(LockGrant grant) => new(true, grant.Fence, grant.Lease);

    private static Answer ToAnswer(LockWaiter waiter) => waiter switch
    {
        { Grant: { } grant } => ToAnswer(grant),
        { Error: OperationCanceledException } => new Answer(false, Error: ErrorCode.Cancelled),
        _ => new Answer(false, Error: (waiter.Error as QmiException)?.Code),
    };

    // As ObjectLock.AcquireAsync does, on this one thread.
    private void Lock(int id, ObjectLock target, Caller caller, Message message, Action<Answer> answer)
    {
        var clock = _table.TimeProvider;
        var request = new LockRequest(caller, message.Token!, message.Lease) { Bind = message.Bind, BoxToken = message.BoxToken, Deadline = clock.GetDeadline(message.Budget) };
        var limit = clock.GetDeadline(message.Wait);
        LockPatience? patience = null;
        var waiter = target.Ask(request, mayWait: message.Wait > TimeSpan.Zero, waiter =>
        {
            patience?.Dispose();
            answer(ToAnswer(waiter));
        });
        if (waiter.IsAnswered)
            return;
        patience = new LockPatience(target, waiter, limit);
        _waiting.Add(id, (target, waiter));
    }

    private void Call(int id, ObjectLock.Admission admission, Message message, Action<Answer> answer)
    {
        answer(new Answer(true));
        _world.After(message.Runs, () =>
        {
            if (IsDead)
                return;
            Record(new Happened.CallEnded(_world.Time.Now, id));
            admission.Dispose();
        });
    }

    private void Record(Happened happened)
    {
        if (!IsDead)
            _world.Record(happened);
    }
}
