namespace Qmi.Edge.Runtime;

/// <summary>
/// Looks every second for tasks that hang: a turn that does not end, a task that does not stop. It reports them while they hang, by an
/// alarm that goes when they go on; it cannot end them, since no thread can be ended from outside.
/// </summary>
internal sealed class TaskWatch : IDisposable
{
    private const int HungPeriods = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestHang = TimeSpan.FromSeconds(5);

    private readonly EdgeBox _box;
    private readonly ITimer _timer;

    public TaskWatch(EdgeBox box)
    {
        _box = box;
        _timer = box.TimeProvider.CreateTimer(static state => ((TaskWatch)state!).Look(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        foreach (var target in _box.Objects)
        {
            if (target is not QmiTaskRunner task)
                continue;
            Report(task.HungAlarmId, HasHungTurn(task, out var turn), "HUNG_ITERATION", $"A turn of task {task.Name} runs for {turn.TotalSeconds:F0} s now, and its period is {task.Loop?.Period.TotalMilliseconds} ms: see what it waits for.");
            Report(task.NotStoppingAlarmId, DoesNotStop(task, out var stopping), "NOT_STOPPING", $"Task {task.Name} was asked to stop {stopping.TotalSeconds:F0} s ago and has not ended: see what it waits for.");
        }
    }

    private bool HasHungTurn(QmiTaskRunner task, out TimeSpan duration)
    {
        duration = default;
        if (task.Loop is not { } loop || loop.Recorder.TurnBegan is not { } began)
            return false;
        duration = MonotonicTime.FromNanoseconds(Math.Max(0, _box.TimeProvider.GetNanoseconds() - began));
        return duration > ShortestHang && duration > loop.Period * HungPeriods;
    }

    private bool DoesNotStop(QmiTaskRunner task, out TimeSpan duration)
    {
        duration = default;
        if (task.Life.State != TaskState.Stopping || task.StopRequestedAt is not { } requested)
            return false;
        duration = MonotonicTime.FromNanoseconds(Math.Max(0, _box.TimeProvider.GetNanoseconds() - requested));
        return duration > ShortestHang + task.FinalizeGrace;
    }

    private void Report(string id, bool isSo, string code, string text)
    {
        if (isSo && _box.Alarms.Find(id) is null)
            _box.Alarms.Raise(id, AlarmSeverity.Error, code, text);
        else if (!isSo)
            _box.Alarms.Clear(id);
    }
}
