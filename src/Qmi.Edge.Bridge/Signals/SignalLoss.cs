using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Notices when values are lost not once but on and on, which somebody must look at. For one thread.</summary>
internal sealed class SignalLoss(EdgeBox box)
{
    private const string AlarmId = "signal-loss";
    private const long Patience = 10 * MonotonicTime.Second;

    // So long without a loss and it has ended; also how often the alarm's figures follow.
    private const long Pause = 5 * MonotonicTime.Second;

    private readonly Dictionary<string, long> _bySignal = [];
    private long _begun = MonotonicTime.Never;
    private long _last;
    private long _told;

    /// <summary>How many values were lost since the start.</summary>
    public long Total { get; private set; }

    /// <summary>Values were lost.</summary>
    public void Note(Signal signal, long count, long now)
    {
        if (count <= 0)
            return;
        Total += count;
        if (_begun == MonotonicTime.Never)
            (_begun, _told) = (now, now + Patience - Pause);
        _last = now;
        var name = $"{signal.Publisher.Name}.{signal.Description.Name}";
        _bySignal[name] = _bySignal.GetValueOrDefault(name) + count;
        if (now < _told + Pause)
            return;
        _told = now;
        Tell();
    }

    /// <summary>Looks whether it has ended.</summary>
    public void Look(long now, ref long next)
    {
        if (_begun == MonotonicTime.Never)
            return;
        if (now < _last + Pause)
        {
            next = Math.Min(next, _last + Pause);
            return;
        }

        _begun = MonotonicTime.Never;
        _bySignal.Clear();
        box.Alarms.Clear(AlarmId);
    }

    private void Tell()
    {
        var worst = _bySignal.MaxBy(pair => pair.Value).Key;
        var others = _bySignal.Count == 1 ? "" : $" and {_bySignal.Count - 1} other signals";
        var seconds = (_last - _begun) / MonotonicTime.Second;
        box.Alarms.Raise(AlarmId, AlarmSeverity.Warning, "SIGNAL_LOSS", $"{worst}{others} lost {_bySignal.Values.Sum()} values on the way to the broker within {seconds} s, and it goes on: the network, the broker or this machine is too slow for them. signal_range fetches what the box still has.");
    }
}
