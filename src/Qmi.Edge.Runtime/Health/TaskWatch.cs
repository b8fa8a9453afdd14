namespace Qmi.Edge.Runtime;

/// <summary>
/// Looks every second for tasks that hang: a turn that does not end, a task without a sign of life, a task that does not stop. It reports
/// them while they hang, by an alarm that goes when they go on, and does what their options say. It cannot end them, since no thread can be
/// ended from outside.
/// </summary>
internal sealed class TaskWatch : IDisposable
{
    private const int HungPeriods = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);

    // Who was not looked after for that long was stopped with the whole process, or shared its lack of a processor: that says nothing about the tasks.
    private static readonly TimeSpan LostTime = Interval * 3;

    private readonly EdgeBox _box;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _awakeSince;
    private long _lastLook;

    public TaskWatch(EdgeBox box)
    {
        _box = box;
        _awakeSince = _lastLook = box.TimeProvider.GetNanoseconds();
        _timer = box.TimeProvider.CreateTimer(static state => ((TaskWatch)state!).Look(), this, Interval, Interval);
    }

    /// <summary>The names of the tasks that hang, as of now.</summary>
    public IReadOnlyList<string> Unwell
    {
        get
        {
            var now = Now();
            return [.. Tasks.Where(task => FindHang(task, now) is not null || FindLateStop(task, now) is not null).Select(task => task.Name)];
        }
    }

    private IEnumerable<QmiTaskRunner> Tasks => _box.Objects.OfType<QmiTaskRunner>();

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = Now();
        foreach (var task in Tasks)
        {
            if (FindHang(task, now) is not { } hang)
                _box.Alarms.Clear(task.HungAlarmId);
            else if (_box.Alarms.Find(task.HungAlarmId) is null)
                Act(task, hang);

            if (FindLateStop(task, now) is not { } late)
                _box.Alarms.Clear(task.NotStoppingAlarmId);
            else if (_box.Alarms.Find(task.NotStoppingAlarmId) is null)
                _box.Alarms.Raise(task.NotStoppingAlarmId, AlarmSeverity.Error, "NOT_STOPPING", $"Task {task.Name} was asked to stop {late.TotalSeconds:F0} s ago and has not ended: see what it waits for.{HintOf(task)}");
        }
    }

    private static string HintOf(QmiTaskRunner task) =>
        task.IsRestartWanted ? " It cannot be restarted before, and no thread can be ended from outside: restart the box." : "";

    private void Act(QmiTaskRunner task, Hang hang)
    {
        var text = hang.Text + ": see what it waits for.";
        switch (task.Health.WhenHung)
        {
            case HungAction.Restart when task.TryRestartWhenEnded():
                Raise(AlarmSeverity.Error, text + " It was asked to stop and is restarted when it has ended.");
                break;
            case HungAction.FailBox:
                Raise(AlarmSeverity.Critical, text + " The box stops because of it.");
                _box.Fail(new BoxFailure(task.Name, hang.Text));
                break;
            default:
                Raise(AlarmSeverity.Error, text);
                break;
        }

        void Raise(AlarmSeverity severity, string consequence) => _box.Alarms.Raise(task.HungAlarmId, severity, hang.Code, consequence);
    }

    private Hang? FindHang(QmiTaskRunner task, long now)
    {
        if (!task.IsRunning)
            return null;
        var longestTurn = task.Loop is { } loop ? Longest(loop.Period * HungPeriods, LongestTurn) : TimeSpan.Zero;
        if (task.Loop?.Recorder.TurnBegan is { } began)
        {
            return TimeSince(began, now) is var turn && IsTooLong(turn, task.Health.HungAfter ?? longestTurn)
                ? new Hang("HUNG_ITERATION", $"A turn of task {task.Name} runs for {turn.TotalSeconds:F0} s now, and its period is {task.Loop.Period.TotalMilliseconds} ms")
                : null;
        }

        return TimeSince(task.Heartbeat.Last, now) is var silence && IsTooLong(silence, task.Health.HungAfter ?? Longest(longestTurn, LongestSilence))
            ? new Hang("NO_SIGN_OF_LIFE", $"Task {task.Name} has neither slept, waited nor called for {silence.TotalSeconds:F0} s")
            : null;
    }

    private TimeSpan? FindLateStop(QmiTaskRunner task, long now) =>
        task.Life.State == TaskState.Stopping && task.StopRequestedAt is { } requested && TimeSince(requested, now) is var late && late > LongestStop + task.FinalizeGrace ? late : null;

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static bool IsTooLong(TimeSpan time, TimeSpan limit) => limit != Timeout.InfiniteTimeSpan && time > limit;

    private TimeSpan TimeSince(long moment, long now) => MonotonicTime.FromNanoseconds(Math.Max(0, now - Math.Max(moment, Volatile.Read(ref _awakeSince))));

    private long Now()
    {
        lock (_gate)
        {
            var now = _box.TimeProvider.GetNanoseconds();
            if (now - _lastLook > MonotonicTime.ToNanoseconds(LostTime))
                _awakeSince = now;
            return _lastLook = now;
        }
    }

    private sealed record Hang(string Code, string Text);
}
