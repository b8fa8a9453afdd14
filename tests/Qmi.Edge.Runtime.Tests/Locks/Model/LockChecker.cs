namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>
/// Reads a history, and nothing but the history, and says which promises it breaks. It reckons leases by itself: an owner holds a lock from the
/// answer that says so until a lease after the last call of it that was accepted, not counting the time in which one ran.
/// </summary>
internal sealed partial class LockChecker
{
    private readonly Dictionary<string, CheckedLock> _locks;
    private readonly Dictionary<int, CheckedDelivery> _deliveries = [];
    private readonly Dictionary<string, bool> _presence = [];
    private readonly HashSet<ulong> _fences = [];
    private readonly List<string> _broken = [];
    private readonly long _grace;
    private long _now;
    private long _boxWasHeldAt = -1;
    private bool _isLate;
    private int _boot;

    private LockChecker(IEnumerable<string> targets, TimeSpan grace) =>
        (_locks, _grace) = (targets.ToDictionary(target => target, target => new CheckedLock(target)), MonotonicTime.ToNanoseconds(grace));

    private CheckedLock Box => _locks[BoxObject.ObjectName];

    private IEnumerable<CheckedDelivery> Deliveries => _deliveries.Values.Where(delivery => delivery.Boot == _boot);

    /// <summary>The promises that are broken; empty when none is.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<Happened> history, IEnumerable<string> targets, TimeSpan grace)
    {
        var checker = new LockChecker(targets, grace);
        foreach (var happened in history)
            checker.Read(happened);
        foreach (var open in checker.Deliveries.Where(delivery => delivery.Answer is null))
            checker.Break($"{open} was never answered");
        return checker._broken;
    }

    private void Read(Happened happened)
    {
        _now = happened.At;
        foreach (var target in _locks.Values)
            target.EndByTime(_now);
        if (Box.IsPerhapsHeld(_now) || Deliveries.Any(open => open.IsOpenLock(_boot, Box.Name)))
            _boxWasHeldAt = _now;
        switch (happened)
        {
            case Happened.Booted:
                _boot++;
                _isLate = false;
                break;
            case Happened.Opened opened:
                _locks[opened.Target].Recover(_now);
                break;
            case Happened.Died:
                ReadDeath();
                break;
            case Happened.Delivered delivered:
                _deliveries.Add(delivered.Id, new CheckedDelivery(delivered.Id, _boot, _now, delivered.Message));
                break;
            case Happened.Cancelled cancelled:
                _deliveries[cancelled.Id].IsCancelled = true;
                break;
            case Happened.Answered answered:
                ReadAnswer(_deliveries[answered.Id], answered.Answer);
                break;
            case Happened.CallEnded ended:
                foreach (var grant in _deliveries[ended.Id].Runs.Where(grant => _locks[grant.Target].Current == grant))
                    grant.EndCall(_now, IsGone(grant.Client) ? _grace : MonotonicTime.Never);
                break;
            case Happened.Presence presence:
                ReadPresence(presence);
                break;
            case Happened.Stalled:
                _isLate = true;
                break;
        }
    }

    private void ReadPresence(Happened.Presence presence)
    {
        // Gone is only who was there.
        if (!presence.IsPresent && !_presence.ContainsKey(presence.Client))
            return;
        _presence[presence.Client] = presence.IsPresent;
        if (presence.IsPresent)
            return;
        foreach (var held in _locks.Values.Where(target => target.Current?.Client == presence.Client))
            held.Current!.Shorten(_now + _grace);
    }

    private bool IsGone(string client) => _presence.TryGetValue(client, out var isPresent) && !isPresent;

    private void ReadDeath()
    {
        _presence.Clear();
        foreach (var target in _locks.Values)
        {
            // Somebody gave it back or took it away, and nobody heard whether that succeeded; or it may have ended because its owner seemed to be gone.
            var isUncertain = target.Current is { } held && (!held.IsHeld(_now) || Deliveries.Any(open =>
                open.Answer is null && open.Message.Target == target.Name && open.Ends(held)));
            target.Die(isUncertain, Deliveries.Where(open => open.MayBeOnDisk(target.Name)).Select(open => new CheckedGrant(target.Name, open.Message, open.Message.Lease)));
        }
    }

    private void ReadAnswer(CheckedDelivery delivery, Answer answer)
    {
        if (delivery.Answer is not null)
            Break($"{delivery} is answered twice");
        if (delivery.Boot != _boot)
            Break($"{delivery} is answered by another run of the box");
        (delivery.Answer, delivery.AnsweredAt) = (answer, _now);
        var target = _locks[delivery.Message.Target];
        switch (delivery.Message.Wish)
        {
            case Wish.Lock when answer.IsGood:
                ReadGrant(target, delivery, answer);
                break;
            case Wish.Lock:
                ReadDenial(target, delivery, answer);
                break;
            case Wish.Call when answer.IsGood:
                ReadCall(target, delivery);
                break;
            case Wish.Renew when answer.IsGood:
                if (Prove(delivery, target) is [var renewed])
                    ReadFence(target, delivery, renewed, answer.Fence);
                break;
            case Wish.Call or Wish.Renew:
                ReadRefusal(target, delivery, answer);
                break;
            default:
                ReadEnd(target, delivery, answer);
                break;
        }
    }

    private void ReadEnd(CheckedLock target, CheckedDelivery delivery, Answer answer)
    {
        if (delivery.HasTakenEffect)
        {
            if (!answer.IsGood && !delivery.IsUnclear)
                Break($"{delivery} had no effect, and yet somebody else got the lock");
            if (delivery.IsUnclear)
                target.Current?.Doubt(_now);
            return;
        }

        var held = target.HeldBy(_now);
        if (answer.IsGood && (delivery.Message.Wish == Wish.Force || target.Current?.IsPerhapsMeant(delivery.Message) != false))
            target.End();
        else if (held is not null && (answer.IsGood || (delivery.Message.Wish == Wish.Force && answer.Error is null)))
            Break($"{delivery} is told that nobody holds the lock, but {held} does");
    }

    private void ReadDenial(CheckedLock target, CheckedDelivery delivery, Answer answer)
    {
        if (delivery.Message.Client == Message.LastClient)
            Break($"{delivery} is denied when everything is over: {answer.Error}");
        if (answer.Error is not null || delivery.IsCancelled)
            return;
        // Somebody else keeps it: that is said at once, or exactly at the end of the wait.
        if (_now != delivery.At && _now != delivery.Limit && !_isLate)
            Break($"{delivery} gave up, not at {delivery.Limit / 1e9:0.000000}");
        if (target.HeldBy(_now) is { } held && held.Is(delivery.Message))
            Break($"{delivery} is denied what it holds");
    }

    private void ReadRefusal(CheckedLock target, CheckedDelivery delivery, Answer answer)
    {
        // The owner is never told that the lock is lost.
        foreach (var place in delivery.Message.Wish == Wish.Renew ? [target] : new[] { target, Box })
        {
            if (answer.Error is ErrorCode.LockLost or ErrorCode.LockRequired && place.HeldBy(_now) is { } held && held.IsMeant(delivery.Message))
                Break($"{delivery} is told {answer.Error}, but it is {held}");
        }
    }

    private void Break(string promise) => _broken.Add($"{_now / 1e9:0.000000}: {promise}");
}
