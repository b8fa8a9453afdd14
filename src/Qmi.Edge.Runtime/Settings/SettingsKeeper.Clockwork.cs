namespace Qmi.Edge.Runtime;

/// <content>What happens because time passes.</content>
internal sealed partial class SettingsKeeper<T>
{
    // How often to look whether an absolute time has come: the wall clock may be set, or synchronised at last.
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookForClock = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(100);

    private void OnTimer()
    {
        var now = _timeProvider.GetNanoseconds();
        bool mustSave;
        lock (_gate)
        {
            var version = _version;
            if (now >= _trialEnds)
                EndTrial();
            foreach (var waiting in _state.Unconfirmed.Where(waiting => waiting.Deadline <= now).OrderByDescending(waiting => waiting.Revision))
                TakeBack(waiting);
            if (_state.Pending is { Origin.Terms.Expires: { } expires } pending && _owner.Box.Clock.IsSynchronised && _timeProvider.GetUtcNow() >= expires)
                Expire(pending, expires);
            mustSave = _version != version || now >= _retryAt;
            if (now >= _retryAt)
                _retryAt = MonotonicTime.Never;
            if (_file is null && _version != version)
                Settle(_state, _version);
            Rearm();
        }

        if (mustSave)
            RequestSave();
    }

    // What follows is under the gate.
    private void EndTrial()
    {
        _version++;
        _state = _state.WithProven();
        BeginTrial();
        if (_state.Trial is null)
            _trialEnds = MonotonicTime.Never;
    }

    private void Expire(SettingsEntry<T> pending, DateTimeOffset expires)
    {
        // The task may be taking it just now: then it was in time.
        if (!_open.TryGetValue(pending.Revision, out var pushed) || !Slot.TryWithdraw(pushed))
            return;
        _version++;
        Slot.NoteChange();
        Drop(pending, SettingsAckState.Expired, SettingsRefusal.Expired(_owner.Name, expires));
    }

    private void Rearm()
    {
        var now = _timeProvider.GetNanoseconds();
        var next = Math.Min(_trialEnds, _retryAt);
        foreach (var waiting in _state.Unconfirmed)
            next = Math.Min(next, waiting.Deadline);
        if (_state.Pending?.Origin.Terms.Expires is { } expires)
            next = Math.Min(next, now + MonotonicTime.ToNanoseconds(UntilLook(expires)));
        // Never at once: that would be a call from here.
        var wait = next == MonotonicTime.Never ? Timeout.InfiniteTimeSpan : MonotonicTime.FromNanoseconds(Math.Max(MonotonicTime.Millisecond, next - now));
        _timer.Change(wait < LongestLook ? wait : LongestLook, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan UntilLook(DateTimeOffset expires)
    {
        if (!_owner.Box.Clock.IsSynchronised)
            return LookForClock;
        var left = expires - _timeProvider.GetUtcNow();
        return left <= TimeSpan.Zero ? ShortestLook : left < LongestLook ? left : LongestLook;
    }
}
