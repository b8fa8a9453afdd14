using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>How late a loop is in the slots of its grid, in whole microseconds, as cyclictest counts: from when a slot is due to when its code runs.</summary>
internal sealed class LatenessGrid(TimeSpan period)
{
    // The first turns find cold code and cold caches.
    private const int Ignored = 500;
    private const int Most = 100_000;

    private readonly long _period = MonotonicTime.ToNanoseconds(period);
    private readonly int[] _histogram = new int[Most + 1];
    private long _origin;
    private long _slot;

    /// <summary>When the next slot is due, monotonic nanoseconds.</summary>
    public long Due => _origin + (_slot * _period);

    /// <summary>Slot 0 is due now.</summary>
    public void Begin(long now) => (_origin, _slot) = (now, 0);

    /// <summary>The code of the next slot runs. A slot that is over by then is nobody's.</summary>
    public void Turn(long now)
    {
        if (_slot >= Ignored)
            _histogram[Math.Clamp((now - Due) / 1000, 0, Most)]++;
        _slot = Math.Max(_slot + 1, (now - _origin + _period - 1) / _period);
    }

    /// <summary>Prints a line for each lateness that there was, and how often.</summary>
    public void Print()
    {
        for (var lateness = 0; lateness <= Most; lateness++)
        {
            if (_histogram[lateness] > 0)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"late {lateness} {_histogram[lateness]}"));
        }
    }
}
