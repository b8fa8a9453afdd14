namespace Qmi.Edge.Runtime;

/// <summary>
/// A task's settings: those in effect, and the one slot for those that wait. The newest push wins; the one it pushed out is told.
/// Pushing takes a gate, the task itself never does.
/// </summary>
internal sealed class SettingsSlot<T>(T? initial, bool hasInitial, TimeProvider timeProvider)
{
    private readonly Lock _pushGate = new();
    private Pending? _pending;
    private volatile Pending? _adopting;
    private volatile InEffect? _reported = hasInitial ? new InEffect(initial!, new SettingsOrigin(0, Caller.Local.Name, null, timeProvider.GetUtcNow())) : null;
    private long _head;

    /// <summary>The settings in effect; null before there were any.</summary>
    public InEffect? Reported => _reported;

    /// <summary>The settings that wait; null when none do.</summary>
    public Pending? Waiting => Volatile.Read(ref _pending);

    /// <summary>Those that wait, or that the task is just adopting.</summary>
    public Pending? NotYetInEffect => Waiting ?? _adopting;

    /// <summary>The newest revision given.</summary>
    public long HeadRevision => Interlocked.Read(ref _head);

    /// <summary>Puts settings into the slot.</summary>
    /// <param name="value">Checked settings.</param>
    /// <param name="caller">Who pushes.</param>
    /// <param name="requestId">The caller's id of the push.</param>
    /// <param name="expectedHead">The revision the caller believes to be the newest; null = does not care.</param>
    /// <exception cref="QmiException">CONFLICT.</exception>
    public SettingsPush Push(T value, Caller caller, string? requestId, long? expectedHead)
    {
        Pending pending;
        Pending? overwritten;
        lock (_pushGate)
        {
            if (expectedHead is { } expected && expected != _head)
                throw Conflict(expected);
            Interlocked.Increment(ref _head);
            pending = new Pending(value, new SettingsOrigin(_head, caller.Name, requestId, timeProvider.GetUtcNow()));
            overwritten = Interlocked.Exchange(ref _pending, pending);
        }

        overwritten?.Complete(new SettingsOutcome(SettingsResult.Superseded, overwritten.Origin.Revision));
        return new SettingsPush(pending.Origin.Revision, pending.Outcome);
    }

    /// <summary>The task takes what waits; null when nothing does. It must be followed by <see cref="Confirm"/> or <see cref="Reject"/>.</summary>
    public Pending? Take()
    {
        while (Volatile.Read(ref _pending) is { } pending)
        {
            // Announced before it leaves the slot, so that at no moment somebody sees it neither waiting nor in effect.
            _adopting = pending;
            if (ReferenceEquals(Interlocked.CompareExchange(ref _pending, null, pending), pending))
                return pending;
        }

        _adopting = null;
        return null;
    }

    /// <summary>The taken settings are in effect.</summary>
    public void Confirm(Pending taken, long? turn)
    {
        _reported = new InEffect(taken.Value, taken.Origin with { At = timeProvider.GetUtcNow() });
        _adopting = null;
        taken.Complete(new SettingsOutcome(SettingsResult.Applied, taken.Origin.Revision, turn));
    }

    /// <summary>The taken settings were refused; those before stay in effect.</summary>
    public void Reject(Pending taken, QmiException reason)
    {
        _adopting = null;
        taken.Complete(new SettingsOutcome(SettingsResult.Failed, taken.Origin.Revision, Error: reason));
    }

    /// <summary>The task itself sets settings, without a push.</summary>
    public void SetInEffect(T value)
    {
        lock (_pushGate)
            _reported = new InEffect(value, new SettingsOrigin(_head, Caller.Local.Name, null, timeProvider.GetUtcNow()));
    }

    private QmiException Conflict(long expected) =>
        new(ErrorCode.Conflict, $"The settings changed meanwhile: revision {expected} was expected, {_head} is the newest. Read them and push again.")
        {
            Details = new Dictionary<string, object?> { ["head_rev"] = _head, ["base_rev"] = expected },
        };

    /// <summary>Settings in effect.</summary>
    internal sealed record InEffect(T Value, SettingsOrigin Origin);

    /// <summary>Settings that wait for the task.</summary>
    internal sealed class Pending(T value, SettingsOrigin origin)
    {
        private readonly TaskCompletionSource<SettingsOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public T Value { get; } = value;

        public SettingsOrigin Origin { get; } = origin;

        public Task<SettingsOutcome> Outcome => _outcome.Task;

        public void Complete(SettingsOutcome outcome) => _outcome.TrySetResult(outcome);
    }
}
