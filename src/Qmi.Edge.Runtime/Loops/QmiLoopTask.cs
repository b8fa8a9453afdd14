using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// A task that does the same thing again and again on a fixed grid of time (QMI: QMI_LoopTask). A turn is: new settings and
/// <see cref="ProcessNewSettings"/>, <see cref="LoopIteration"/>, <see cref="UpdateStatus"/>, <see cref="PublishSignals"/>, wait.
/// </summary>
/// <typeparam name="TSettings">What others may change: an immutable record.</typeparam>
/// <typeparam name="TStatus">What only the task changes: an immutable record; a <c>readonly record struct</c> when it changes every turn, so that nothing is allocated.</typeparam>
public abstract partial class QmiLoopTask<TSettings, TStatus> : QmiTask<TSettings, TStatus>
{
    private readonly LoopControl _control;

    /// <summary>Called in the task's own thread.</summary>
    /// <param name="init">What the runtime tells the task.</param>
    /// <param name="period">Time between two slots, at least 100 microseconds; <see cref="TaskOptions.Period"/> overrides it.</param>
    /// <param name="policy">What to do about a missed deadline; <see cref="TaskOptions.Policy"/> overrides it.</param>
    /// <exception cref="QmiException">The period is too short.</exception>
    protected QmiLoopTask(TaskInit init, TimeSpan period, MissedLoopPolicy policy = MissedLoopPolicy.Immediate)
        : base(init)
    {
        _control = init.Runner.ConfigureLoop(period, policy);
    }

    /// <summary>Time between two slots now; others may change it while the loop runs.</summary>
    protected TimeSpan Period => _control.Period;

    /// <summary>Prepares the loop (QMI: loop_prepare). The grid begins when it returns.</summary>
    protected virtual void LoopPrepare()
    {
    }

    /// <summary>Acts on new settings, which are in effect already (QMI: process_new_settings). If it throws, the old ones come back and the pusher is told.</summary>
    protected virtual void ProcessNewSettings()
    {
    }

    /// <summary>The work of a turn (QMI: loop_iteration).</summary>
    protected virtual void LoopIteration()
    {
    }

    /// <summary>Brings <see cref="QmiTask{TSettings, TStatus}.Status"/> up to date (QMI: update_status).</summary>
    /// <returns>Whether to publish the status signal.</returns>
    protected virtual bool UpdateStatus() => false;

    /// <summary>Publishes the task's own signals (QMI: publish_signals).</summary>
    protected virtual void PublishSignals()
    {
    }

    /// <summary>Leaves everything as it should be left (QMI: loop_finalize). Runs once whenever <see cref="LoopPrepare"/> was entered; it may sleep and use instruments.</summary>
    protected virtual void LoopFinalize()
    {
    }

    /// <summary>The loop itself.</summary>
    protected sealed override void Run() => throw new NotSupportedException("A loop task is run by its loop.");

    internal sealed override TaskEnd Execute()
    {
        TaskFailure? failure = null;
        var reason = StopReason.Requested;
        var phase = TaskPhase.Prepare;
        try
        {
            LoopPrepare();
            phase = TaskPhase.Iteration;
            reason = Loop();
        }
        catch (TaskStopException)
        {
            reason = StopRequested ? StopReason.Requested : StopReason.Completed;
        }
        catch (Exception exception)
        {
            failure = new TaskFailure(exception, phase, TimeProvider.GetUtcNow());
        }

        _control.Recorder.EndTurn();
        try
        {
            Thread.Finalize(_control.FinalizeGrace, LoopFinalize);
        }
        catch (TaskStopException)
        {
            LogFinalizeTooLong(Logger, _control.FinalizeGrace);
        }
        catch (Exception exception)
        {
            failure = failure is null
                ? new TaskFailure(exception, TaskPhase.Finalize, TimeProvider.GetUtcNow())
                : failure with { FinalizeException = exception };
        }

        return new TaskEnd(reason, failure);
    }

    private StopReason Loop()
    {
        var processNewSettings = ProcessNewSettings;
        if (_control.TakeChange() is { } first)
            _control.Recorder.Configured(first);
        var start = TimeProvider.GetNanoseconds();
        var schedule = new LoopSchedule(start, _control.Period, _control.Policy);
        while (!StopRequested)
        {
            _control.Recorder.BeginTurn(start);
            UpdateSettings(processNewSettings, _control.Recorder.Turns);
            LoopIteration();
            if (UpdateStatus())
                PublishStatus();
            PublishSignals();

            var (due, deadline) = (schedule.NextStart, schedule.Deadline);
            var end = TimeProvider.GetNanoseconds();
            var step = schedule.EndTurn(end);
            var news = _control.Recorder.Turn(due, start, end, step, schedule);
            if (news != LoopNews.None)
                Tell(news, end - deadline, schedule.Policy);
            if (step == LoopStep.Terminate)
                return StopReason.MissedLoop;
            if (_control.TakeChange() is { } change)
                ChangeSchedule(schedule, change);

            start = WaitForSlot(schedule);
        }

        return StopReason.Requested;
    }

    private long WaitForSlot(LoopSchedule schedule)
    {
        var start = Thread.WaitUntil(schedule.NextStart, _control.Spin);
        if (!schedule.RestartIfGap(start))
            return start;
        _control.Recorder.Gap();
        LogGap(Logger);
        return start;
    }

    private void Tell(LoopNews news, long late, MissedLoopPolicy policy)
    {
        var (turn, throttle) = (_control.Recorder.Turns - 1, _control.Recorder.Throttle);
        if (news == LoopNews.Missed)
        {
            Runner.LoopMissed?.Publish(new LoopMiss(turn, MonotonicTime.FromNanoseconds(late), throttle.Misses));
            LogMissed(Logger, late / 1000, throttle.Misses, policy);
        }
        else
        {
            Runner.LoopRecovered?.Publish(new LoopRecovery(turn, throttle.Misses, throttle.Over));
            LogRecovered(Logger, throttle.Misses, throttle.Over);
        }

        Runner.NotifyChanged(ObjectAspect.State);
    }

    private void ChangeSchedule(LoopSchedule schedule, LoopConfiguration change)
    {
        schedule.Change(change.Period, change.Policy);
        _control.Recorder.Configured(change);
        Runner.NotifyChanged(ObjectAspect.State);
    }

    [LoggerMessage(1301, LogLevel.Warning, "A turn ended {Late} us after its deadline ({Misses} misses since it was quiet, policy {Policy})")]
    private static partial void LogMissed(ILogger logger, long late, long misses, MissedLoopPolicy policy);

    [LoggerMessage(1302, LogLevel.Warning, "Time was lost while the loop waited (suspend, debugger, SIGSTOP): its grid starts anew")]
    private static partial void LogGap(ILogger logger);

    [LoggerMessage(1303, LogLevel.Warning, "LoopFinalize did not end within its grace of {Grace}")]
    private static partial void LogFinalizeTooLong(ILogger logger, TimeSpan grace);

    [LoggerMessage(1304, LogLevel.Information, "No deadline is missed any more ({Misses} misses over {Over})")]
    private static partial void LogRecovered(ILogger logger, long misses, TimeSpan over);
}
