using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <content>Its heartbeat, and its restarts that nobody asks for.</content>
public abstract partial class QmiTaskRunner
{
    private readonly TaskSupervisor _supervisor;
    private bool _isReleased;

    internal TaskHealthOptions Health => _options.Health;

    /// <summary>The signs of life of the run that is now.</summary>
    internal Heartbeat Heartbeat => Volatile.Read(ref _thread).Heartbeat;

    /// <summary>Whether it hung and is to be restarted when it has ended.</summary>
    internal bool IsRestartWanted => _supervisor.IsRestartWanted;

    /// <summary>It hangs: asks it to stop, and restarts it when it has ended, unless somebody else has stopped it. Returns at once.</summary>
    internal bool TryRestartWhenEnded()
    {
        if (!_supervisor.TryWantRestart())
            return false;
        try
        {
            StopRun();
        }
        catch (AggregateException exception)
        {
            // Code that the task registered to be woken by its stop threw. The stop is asked for all the same, and this is nobody's call.
            LogWakingFailed(Logger, exception);
        }

        return true;
    }

    /// <summary>Builds a fresh task and starts it, after the one before has ended.</summary>
    /// <exception cref="TaskInitException">It could not be constructed.</exception>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/>: somebody has stopped, started or removed it meanwhile.</exception>
    internal async Task RestartBySupervisionAsync()
    {
        await RebuildAsync(bySupervision: true).ConfigureAwait(false);
        Start();
    }

    // Somebody has stopped a task that was to be restarted, if it was.
    private void EndPause()
    {
        lock (_gate)
        {
            if (_life.RestartAt is null)
                return;
            _life = _life with { RestartAt = null };
        }

        if (_life.Failure is { } failure)
            RaiseFailed(failure, default);
        NotifyChanged(ObjectAspect.State);
    }

    private void RaiseFailed(TaskFailure failure, RestartPlan plan)
    {
        var what = $"Task {Name} failed in {TaskStateDocument.NameOf(failure.Phase)}: {failure.Exception.Message}";
        if (plan.IsGivenUp)
            Box.Alarms.Raise(AlarmId, AlarmSeverity.Error, "TASK_GIVEN_UP", $"{what} {_supervisor.DescribeGivenUp()}");
        else
            Box.Alarms.Raise(AlarmId, AlarmSeverity.Error, "TASK_FAILED", plan.Pause is null ? what : $"{what} It is restarted by itself.");
    }

    [LoggerMessage(1255, LogLevel.Warning, "Hangs and was asked to stop; what was to be woken by that failed")]
    private static partial void LogWakingFailed(ILogger logger, Exception exception);
}
