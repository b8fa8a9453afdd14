using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The alarm of the box that keeps its id while another one has it too. The other one makes itself heard again and again; when it does not any more, the alarm goes.</summary>
internal sealed class DuplicateAlarm(EdgeBox box, BridgeOptions options)
{
    // Longer than the longest wait between two signs of the other one.
    private const double WaitsToLast = 1.5;

    private static readonly long TakeoverWindow = 60 * MonotonicTime.Second;

    private readonly long _life = MonotonicTime.ToNanoseconds(options.MaximumRivalRetry * WaitsToLast);
    private long _until = MonotonicTime.Never;
    private long? _lastTakeover;

    /// <summary>A run older than ours gave a sign of life.</summary>
    public void SawOlder(string rival) => Raise($"Another box that was started earlier uses the id {box.Name}, too (boot {rival}): it keeps away from the broker while this one lives. Give one of them another id in box.json, or stop it.");

    /// <summary>The broker ended the connection because another client came with the same client identifier. Once is perhaps our own new connection.</summary>
    public void TakenOver()
    {
        var now = box.TimeProvider.GetNanoseconds();
        if (_lastTakeover is { } last && now - last <= TakeoverWindow)
            Raise($"Another client takes the connection of box {box.Name} over, again and again: it has the same client identifier. Give each client and each box its own.");
        _lastTakeover = now;
    }

    /// <summary>Clears the alarm when there was no sign for long enough.</summary>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="next">Lowered to the time at which it must be looked at again.</param>
    public void Expire(long now, ref long next)
    {
        var until = Volatile.Read(ref _until);
        if (now < until)
        {
            next = Math.Min(next, until);
            return;
        }

        Volatile.Write(ref _until, MonotonicTime.Never);
        box.Alarms.Clear(Rivalry.AlarmId);
    }

    private void Raise(string text)
    {
        Volatile.Write(ref _until, box.TimeProvider.GetNanoseconds() + _life);
        box.Alarms.Raise(Rivalry.AlarmId, AlarmSeverity.Error, Rivalry.AlarmCode, text);
    }
}
