using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Watches the wall clock of a box: whether it is synchronised, and whether it steps. Nothing that waits or measures uses it, so a step
/// harms no lease, deadline or period; but times on the wire are wall times, and whoever compares them must know.
/// </summary>
public sealed partial class ClockWatch : IDisposable
{
    /// <summary>A change of the wall clock beyond this, against the monotonic clock, is a step. Slewing changes both alike.</summary>
    public static readonly TimeSpan SmallestStep = TimeSpan.FromMilliseconds(50);

    private const string SteppedAlarm = "clock-stepped";
    private const string UnsynchronisedAlarm = "clock-unsynchronised";

    // Between the two readings of one comparison the thread may lose the processor: then they are taken again.
    private static readonly long LongestReading = MonotonicTime.ToNanoseconds(SmallestStep) / 10;
    private const int MostReadings = 20;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private const int IntervalsBetweenReads = 10;

    // A machine that boots needs a while to find its time server; that alone is no alarm.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StepShown = TimeSpan.FromMinutes(10);

    private readonly EdgeBox _box;
    private readonly IClockSource _source;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private volatile ClockReading _reading;
    private TimeSpan? _offset;
    private long _unsynchronisedSince;
    private long _stepped = MonotonicTime.Never;
    private long _steps;
    private int _untilRead;
    private bool _hasFailed;

    internal ClockWatch(EdgeBox box, IClockSource source, ILogger logger)
    {
        (_box, _source, _logger) = (box, source, logger);
        _reading = Read();
        _offset = Compare();
        _unsynchronisedSince = box.TimeProvider.GetNanoseconds();
        _untilRead = IntervalsBetweenReads;
        _timer = box.TimeProvider.CreateTimer(static state => ((ClockWatch)state!).Look(), this, Interval, Interval);
    }

    /// <summary>Whether the wall clock is synchronised: only then do absolute times of others mean anything here.</summary>
    public bool IsSynchronised => _reading.IsSynchronised;

    /// <summary>The newest reading, at most ten seconds old.</summary>
    public ClockReading Reading => _reading;

    /// <summary>How often the wall clock has stepped since the box began.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>Ends the watch.</summary>
    public void Dispose() => _timer.Dispose();

    /// <summary>Looks at once, and asks how far the clock can be trusted.</summary>
    internal void LookNow()
    {
        lock (_gate)
            _untilRead = 0;
        Look();
    }

    private void Look()
    {
        lock (_gate)
        {
            LookForStep();
            if (--_untilRead <= 0)
            {
                _untilRead = IntervalsBetweenReads;
                LookForSynchronisation();
            }

            ShowUnsynchronised();
        }
    }

    private void LookForStep()
    {
        var now = _box.TimeProvider.GetNanoseconds();
        if (_stepped != MonotonicTime.Never && now - _stepped >= MonotonicTime.ToNanoseconds(StepShown))
        {
            _stepped = MonotonicTime.Never;
            _box.Alarms.Clear(SteppedAlarm);
        }

        if (Compare() is not { } offset)
            return;
        var step = offset - _offset;
        _offset = offset;
        if (step is not { } size || size.Duration() <= SmallestStep)
            return;
        _stepped = now;
        var steps = Interlocked.Increment(ref _steps);
        LogStepped(_logger, size.TotalSeconds, steps);
        _box.Alarms.Raise(SteppedAlarm, AlarmSeverity.Warning, "CLOCK_STEPPED", "The wall clock stepped, or the machine slept: times on the wire before and after do not compare. Leases, deadlines and periods are not affected.");
        // Whatever was known about it was known about another clock.
        _untilRead = 0;
    }

    private void LookForSynchronisation()
    {
        var before = _reading;
        var reading = Read();
        _reading = reading;
        if (reading.IsSynchronised != before.IsSynchronised)
        {
            LogSynchronisation(_logger, reading.IsSynchronised ? "synchronised" : "not synchronised", reading.Source);
            _unsynchronisedSince = _box.TimeProvider.GetNanoseconds();
        }

        if ((reading.IsSynchronised, reading.Source) != (before.IsSynchronised, before.Source))
            _box.NotifyChanged(BoxAspect.Clock);
    }

    private void ShowUnsynchronised()
    {
        if (IsSynchronised)
            _box.Alarms.Clear(UnsynchronisedAlarm);
        else if (_box.Alarms.Find(UnsynchronisedAlarm) is null && _box.TimeProvider.GetNanoseconds() - _unsynchronisedSince >= MonotonicTime.ToNanoseconds(Grace))
            _box.Alarms.Raise(UnsynchronisedAlarm, AlarmSeverity.Warning, "CLOCK_UNSYNCHRONISED", "The wall clock is not synchronised: times on the wire may be wrong, and settings that expire are refused. Let chrony (with rtcsync), systemd-timesyncd or another time client run, and let it reach its servers.");
    }

    private ClockReading Read()
    {
        try
        {
            var reading = _source.Read();
            _hasFailed = false;
            return reading;
        }
        catch (Exception exception)
        {
            // On a thread of the pool it would end the process; and a clock of which nothing is known is not to be trusted.
            if (!_hasFailed)
                LogReadFailed(_logger, exception);
            _hasFailed = true;
            return new ClockReading(IsSynchronised: false, "none");
        }
    }

    /// <summary>Wall clock minus monotonic clock; null when the two could not be read together.</summary>
    private TimeSpan? Compare()
    {
        var time = _box.TimeProvider;
        for (var reading = 0; reading < MostReadings; reading++)
        {
            var before = time.GetNanoseconds();
            var wall = time.GetUtcNow();
            if (time.GetNanoseconds() - before <= LongestReading)
                return wall - DateTimeOffset.UnixEpoch - MonotonicTime.FromNanoseconds(before);
        }

        return null;
    }

    [LoggerMessage(1411, LogLevel.Warning, "The wall clock stepped by {Seconds:F3} s, or the machine slept; {Steps} steps so far")]
    private static partial void LogStepped(ILogger logger, double seconds, long steps);

    [LoggerMessage(1412, LogLevel.Information, "The wall clock is {Whether} (source: {Source})")]
    private static partial void LogSynchronisation(ILogger logger, string whether, string source);

    [LoggerMessage(1413, LogLevel.Warning, "Whether the wall clock is synchronised cannot be found out; it is taken as not")]
    private static partial void LogReadFailed(ILogger logger, Exception exception);
}
