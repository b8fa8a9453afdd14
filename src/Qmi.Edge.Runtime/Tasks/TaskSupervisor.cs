using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>Restarts a task that failed after a pause, and one that hung when it has ended; gives up when that happens too often. Whoever stops the task ends that.</summary>
internal sealed partial class TaskSupervisor : IDisposable
{
    // Who restarts, in the audit log.
    private static readonly Caller Self = new("_supervision");

    private readonly Lock _gate = new();
    private readonly QmiTaskRunner _task;
    private readonly SupervisionOptions _options;
    private readonly RestartBackOff _backOff;
    private readonly ITimer _timer;
    private TimeSpan? _pause;
    private bool _isRestartWanted;
    private bool _isStopped;
    private bool _isClosed;

    public TaskSupervisor(QmiTaskRunner task, SupervisionOptions options)
    {
        (_task, _options, _backOff) = (task, options, new RestartBackOff(options));
        _timer = task.Box.TimeProvider.CreateTimer(static state => _ = ((TaskSupervisor)state!).RestartAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the task hung and is to be restarted when it has ended.</summary>
    public bool IsRestartWanted
    {
        get
        {
            lock (_gate)
                return _isRestartWanted;
        }
    }

    /// <summary>The task hangs: when it ends after all it is restarted, unless somebody has stopped it or stops it.</summary>
    /// <returns>Whether it is.</returns>
    public bool TryWantRestart()
    {
        lock (_gate)
            return _isRestartWanted = !_isStopped && !_isClosed;
    }

    /// <summary>Somebody stops the task: it is not restarted.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _isRestartWanted = false;
            _pause = null;
        }
    }

    /// <summary>A fresh task is about to be built.</summary>
    /// <param name="bySupervision">Whether it is by this: then it is not if the task was stopped meanwhile.</param>
    public bool TryBeginRun(bool bySupervision)
    {
        lock (_gate)
        {
            if (bySupervision && _isStopped)
                return false;
            _isStopped = false;
            return true;
        }
    }

    /// <summary>A run has ended: decides what comes.</summary>
    public RestartPlan Plan(bool hasFailed, bool hasTakenSettingsBack)
    {
        lock (_gate)
        {
            var isWanted = _isRestartWanted || (hasFailed && _options.Restart == RestartPolicy.OnFailure);
            _isRestartWanted = false;
            if (!isWanted || _isStopped || _isClosed || _task.Box.IsStopping)
                return default;
            // With the settings before them it may well live.
            if (hasTakenSettingsBack)
                _backOff.Reset();
            _pause = _backOff.Next(_task.Box.TimeProvider.GetNanoseconds());
            return _pause is { } pause
                ? new RestartPlan(pause, IsGivenUp: false)
                : new RestartPlan(null, IsGivenUp: true);
        }
    }

    /// <summary>Everybody was told of the end: the pause begins, unless somebody has stopped the task since.</summary>
    /// <returns>Whether it has begun.</returns>
    public bool TryBeginPause()
    {
        lock (_gate)
        {
            if (_pause is not { } pause || _isClosed)
                return false;
            _timer.Change(pause, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    /// <summary>What an alarm says about a task that is restarted no more.</summary>
    public string DescribeGivenUp() => $"It was restarted {_options.MaxRestarts} times within {_options.Window.TotalSeconds} s and is not restarted any more: find the cause, then restart it.";

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _pause = null;
        }

        _timer.Dispose();
    }

    private async Task RestartAsync()
    {
        lock (_gate)
        {
            if (_pause is null || _isClosed || _task.Box.IsStopping)
                return;
            _pause = null;
        }

        try
        {
            _task.Box.Audit.Write(AuditEntry.Of(_task, "restart", Self));
            LogRestarts(_task.Logger);
            await _task.RestartBySupervisionAsync().ConfigureAwait(false);
        }
        catch (TaskInitException exception)
        {
            // A failure like any other: it was counted, and the next pause has begun or nothing comes any more.
            LogNotBuilt(_task.Logger, exception.Message);
        }
        catch (QmiException exception) when (exception.Code == ErrorCode.WrongState)
        {
            LogOvertaken(_task.Logger, exception.Message);
        }
        catch (Exception exception)
        {
            // Nobody awaits this; it must at least be seen.
            LogNotRestarted(_task.Logger, exception);
        }
    }

    [LoggerMessage(1251, LogLevel.Information, "Restarts by itself")]
    private static partial void LogRestarts(ILogger logger);

    [LoggerMessage(1252, LogLevel.Warning, "Could not be built again: {Reason}")]
    private static partial void LogNotBuilt(ILogger logger, string reason);

    [LoggerMessage(1253, LogLevel.Information, "Is not restarted by itself, somebody was quicker: {Reason}")]
    private static partial void LogOvertaken(ILogger logger, string reason);

    [LoggerMessage(1254, LogLevel.Error, "Could not be restarted")]
    private static partial void LogNotRestarted(ILogger logger, Exception exception);
}

/// <summary>What comes after the end of a run.</summary>
/// <param name="Pause">The pause before the restart; null = there is none.</param>
/// <param name="IsGivenUp">Whether there would be one, but there were too many.</param>
internal readonly record struct RestartPlan(TimeSpan? Pause, bool IsGivenUp);
