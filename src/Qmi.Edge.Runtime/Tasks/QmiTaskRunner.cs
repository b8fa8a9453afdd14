using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Manages one task (QMI: QMI_TaskRunner): its life, whatever its settings and status are. Others hold it through a proxy; calls to it are
/// answered in every state of the task, also while somebody joins.
/// </summary>
public abstract partial class QmiTaskRunner : RpcObject
{
    // How long a slow disk may hold up the end of a task.
    private static readonly TimeSpan TimeToSave = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskFactory _factory;
    private readonly TaskOptions _options;
    private volatile TaskLife _life;
    private TaskThread _thread;
    private QmiTaskBase? _task;
    private TaskCompletionSource _ended = NewCompletion();
    private bool _joined;
    private volatile bool _hasTakenSettingsBack;
    private long _stopRequestedAt = -1;

    private protected QmiTaskRunner(TaskRunnerInit init)
        : base(init)
    {
        (_factory, _options) = (init.Factory, init.Options);
        if (((TaskType)init.Type).HasLoop)
            (LoopMissed, LoopRecovered) = (Signals.Get<LoopMiss>(LoopSignals.Missed), Signals.Get<LoopRecovery>(LoopSignals.Recovered));
        _options.Supervision.ThrowIfInvalid(Name);
        _options.Health.ThrowIfInvalid(Name);
        _supervisor = new TaskSupervisor(this, _options.Supervision);
        _pushLane = new Lane(Name + " settings", Box.TimeProvider);
        ThreadScheduling.ThrowIfInvalid(_options);
        // Asked for every second: with hundreds of tasks, made anew each time, they would be most of the garbage of a box.
        (HungAlarmId, NotStoppingAlarmId) = ("hung-" + Name, "not-stopping-" + Name);
        _life = new TaskLife { Since = Box.TimeProvider.GetUtcNow() };
        _thread = NewThread();
    }

    /// <summary>Where the task is in its life.</summary>
    public TaskLife Life => _life;

    /// <summary>Whether the task was started and has not ended yet (QMI: is_running).</summary>
    public bool IsRunning => _life.State is TaskState.Running or TaskState.Stopping;

    /// <summary>When the run was asked to stop, monotonic nanoseconds; null when it was not.</summary>
    internal long? StopRequestedAt => Volatile.Read(ref _stopRequestedAt) is var at && at < 0 ? null : at;

    internal TimeSpan FinalizeGrace => _options.FinalizeGrace;

    /// <summary>How far the status can be trusted.</summary>
    public abstract Quality StatusQuality { get; }

    /// <summary>Writes the status as a JSON value; null before there is one.</summary>
    public abstract void WriteStatus(Utf8JsonWriter writer);

    /// <summary>Starts the task and returns at once (QMI: start). Once per task: use <see cref="RestartAsync"/> to run it again.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/>.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (_life.State != TaskState.Ready || !_thread.Start())
                throw WrongState("started", _life.HasEnded ? "restart it instead" : "it can be started only once");
            _life = _life with { State = TaskState.Running, Run = _life.Run + 1, Since = Box.TimeProvider.GetUtcNow() };
        }

        NotifyChanged(ObjectAspect.State);
    }

    /// <summary>
    /// Asks the task to stop and returns at once (QMI: stop). In every state, any number of times. Ends every wait the task is in, and the pause
    /// before a restart.
    /// </summary>
    public void Stop()
    {
        _supervisor.Stop();
        EndPause();
        StopRun();
    }

    private void StopRun()
    {
        TaskThread thread;
        lock (_gate)
        {
            thread = _thread;
            if (_life.State is TaskState.Ready or TaskState.Running)
                ChangeState(_life.State == TaskState.Ready ? TaskState.Stopped : TaskState.Stopping, StopReason.StoppedBeforeStart);
        }

        if (!thread.Stop())
            return;
        Volatile.Write(ref _stopRequestedAt, Box.TimeProvider.GetNanoseconds());
        NotifyChanged(ObjectAspect.State);
    }

    /// <summary>Waits in the calling thread until the task has ended (QMI: join).</summary>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/> = for ever.</param>
    /// <exception cref="TaskRunException">The task failed; every time.</exception>
    /// <exception cref="QmiException"><see cref="ErrorCode.Timeout"/>: it has not ended; or the task tried to join itself.</exception>
    public void Join(TimeSpan timeout)
    {
        ThrowIfJoinsItself();
        var ended = EndedTask;
        var parker = Parker.ForCurrentThread(Box.TimeProvider);
        ended.ContinueWith(static (_, state) => ((Parker)state!).Unpark(), parker, TaskContinuationOptions.ExecuteSynchronously);
        var limit = Math.Min(Box.TimeProvider.GetDeadline(timeout), Interruption.Deadline);
        while (!ended.IsCompleted)
        {
            Interruption.ThrowIfRequested();
            if (Box.TimeProvider.GetNanoseconds() >= limit)
                throw NotEnded(timeout);
            parker.Park(limit);
        }

        ThrowIfFailed();
    }

    /// <summary>As <see cref="Join"/>, without holding a thread.</summary>
    public async Task JoinAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowIfJoinsItself();
        try
        {
            await EndedTask.WaitAsync(timeout, Box.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw NotEnded(timeout);
        }

        ThrowIfFailed();
    }

    /// <summary>Stops the task, waits for its end, constructs a fresh one through the same factory, keeps the settings in effect, and starts it.</summary>
    /// <param name="timeout">How long to wait for the end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="TaskInitException">The new task could not be constructed: the old one has ended.</exception>
    public async Task RestartAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Stop();
        try
        {
            await JoinAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TaskRunException exception)
        {
            LogRestartsFailed(Logger, exception);
        }

        await RebuildAsync(bySupervision: false).ConfigureAwait(false);
        Start();
    }

    /// <summary>Constructs the task for the first time, in its own thread.</summary>
    /// <exception cref="TaskInitException">The constructor threw.</exception>
    internal async Task ConstructFirstAsync()
    {
        try
        {
            await ConstructAsync().ConfigureAwait(false);
        }
        catch (TaskInitException) when (_hasTakenSettingsBack)
        {
            // With the settings before it may well live, and there may be nobody who would start the box again.
            await RebuildAsync(bySupervision: false).ConfigureAwait(false);
        }
    }

    private async Task RebuildAsync(bool bySupervision)
    {
        lock (_gate)
        {
            if (!_life.HasEnded)
                throw WrongState("restarted", "somebody else has restarted it just now");
            if (_isReleased || !_supervisor.TryBeginRun(bySupervision))
                throw WrongState("restarted", _isReleased ? "it was removed" : "it was stopped meanwhile");
            _thread = NewThread();
            (_ended, _joined, _stopRequestedAt) = (NewCompletion(), false, -1);
            _life = _life with
            {
                State = TaskState.Ready,
                Reason = null,
                Failure = null,
                Scheduling = null,
                Since = Box.TimeProvider.GetUtcNow(),
                Restarts = _life.Restarts + (bySupervision ? 1 : 0),
                RestartAt = null,
            };
        }

        Box.Alarms.Clear(AlarmId);
        await ConstructAsync().ConfigureAwait(false);
    }

    private async Task ConstructAsync()
    {
        try
        {
            await _thread.ConstructAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            OnEnded(_thread, new TaskEnd(StopReason.Completed, new TaskFailure(exception, TaskPhase.Init, Box.TimeProvider.GetUtcNow())));
            throw new TaskInitException(Name, exception);
        }
    }

    internal override async Task ReleaseAsync(Task drained, TimeSpan timeout)
    {
        _supervisor.Dispose();
        lock (_gate)
            _isReleased = true;
        // The end of the box is the usual end of its tasks, and a failure was told when it happened: neither is worth a warning.
        if (!_joined || !_life.HasEnded)
        {
            if (!_life.HasEnded && _life.State != TaskState.Ready && !Box.IsStopping)
                LogNotJoined(Logger);
            Stop();
        }

        try
        {
            await JoinAsync(timeout).ConfigureAwait(false);
        }
        catch (TaskRunException exception)
        {
            if (!Box.IsStopping)
                LogFailedBeforeRemoval(Logger, exception.Failure.Phase, exception.Failure.Exception);
        }
        finally
        {
            await CloseSettingsAsync(TimeToSave).ConfigureAwait(false);
        }
    }

    // The trouble comes first: behind the name, the hung turn of "a" would be the failure of "a-hung".
    internal string AlarmId => "task-" + Name;

    internal string HungAlarmId { get; }

    internal string NotStoppingAlarmId { get; }

    private Task EndedTask
    {
        get
        {
            lock (_gate)
                return _ended.Task;
        }
    }

    // Under the gate: a task may fail before its start has been noted.
    private bool HasRun
    {
        get
        {
            lock (_gate)
                return _life.Run > 0;
        }
    }

    private static TaskCompletionSource NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskThread NewThread() => new(
        Name,
        Box.TimeProvider,
        construct: Construct,
        run: thread =>
        {
            ObtainScheduling();
            _task!.BeginRun();
            OnEnded(thread, _task.Execute());
        },
        stoppedBeforeStart: thread => OnEnded(thread, new TaskEnd(StopReason.StoppedBeforeStart)));

    private void Construct(TaskThread thread)
    {
        SimulatedReading.EnterTask(this);
        _task = _factory(new TaskInit(this, thread));
        _task.EndConstruction();
        if (Loop is null && (_options.Period is not null || _options.Policy is not null || _options.Spin > TimeSpan.Zero))
            throw new QmiException(ErrorCode.BadArgs, $"Task {Name} has no loop: take its period, its missed-loop policy and its spin away.");
    }

    private void OnEnded(TaskThread thread, TaskEnd end)
    {
        // Before anybody sees that it has ended: whoever restarts it then must find the settings that it shall run with.
        _hasTakenSettingsBack = EndSettingsRun(end.Failure is not null);
        // What cannot be constructed the first time is not there to be restarted.
        var plan = HasRun ? _supervisor.Plan(end.Failure is not null, _hasTakenSettingsBack) : default;
        TaskCompletionSource ended;
        lock (_gate)
        {
            if (end.Failure is { } failure)
                _life = _life with { State = TaskState.Failed, Reason = null, Failure = failure, Since = failure.At };
            else
                ChangeState(TaskState.Stopped, end.Reason);
            _life = _life with { RestartAt = plan.Pause is { } pause ? Box.TimeProvider.GetUtcNow() + pause : null };
            ended = _ended;
        }

        Report(end, plan);
        if (!_supervisor.TryBeginPause())
            EndPause();
        ended.TrySetResult();
        NotifyChanged(ObjectAspect.State);
    }

    private void Report(TaskEnd end, RestartPlan plan)
    {
        if (end.Failure is { } failure)
        {
            LogFailed(Logger, failure.Phase, failure.Exception);
            if (failure.FinalizeException is { } second)
                LogFailed(Logger, TaskPhase.Finalize, second);
            RaiseFailed(failure, plan);
        }
        else if (end.Reason == StopReason.MissedLoop)
        {
            LogTerminated(Logger);
            Box.Alarms.Raise(AlarmId, AlarmSeverity.Error, "MISSED_LOOP", $"Task {Name} ended because it missed a deadline (policy terminate).");
        }
        else if (plan.IsGivenUp)
        {
            Box.Alarms.Raise(AlarmId, AlarmSeverity.Error, "TASK_GIVEN_UP", $"Task {Name} hung and has ended. {_supervisor.DescribeGivenUp()}");
        }
    }

    // Under the gate.
    private void ChangeState(TaskState state, StopReason reason) =>
        _life = _life with { State = state, Reason = state == TaskState.Stopped ? reason : null, Since = Box.TimeProvider.GetUtcNow() };

    private void ThrowIfFailed()
    {
        _joined = true;
        if (_life.Failure is { } failure)
            throw new TaskRunException(Name, failure);
    }

    private void ThrowIfJoinsItself()
    {
        if (_thread.IsCurrent)
            throw new QmiException(ErrorCode.WrongState, $"Task {Name} cannot join itself: it would wait for its own end.");
    }

    private QmiException NotEnded(TimeSpan timeout) =>
        new(ErrorCode.Timeout, $"Task {Name} has not ended within {timeout.TotalSeconds} s; it is {_life.State.ToString().ToLowerInvariant()}.", Executed.No);

    private QmiException WrongState(string what, string fix) =>
        new(ErrorCode.WrongState, $"Task {Name} cannot be {what}, it is {_life.State.ToString().ToLowerInvariant()}: {fix}.")
        {
            Details = new Dictionary<string, object?> { ["state"] = _life.State.ToString().ToLowerInvariant() },
        };

    [LoggerMessage(1210, LogLevel.Error, "Failed in {Phase}")]
    private static partial void LogFailed(ILogger logger, TaskPhase phase, Exception exception);

    [LoggerMessage(1211, LogLevel.Error, "Ended because a deadline was missed (policy Terminate)")]
    private static partial void LogTerminated(ILogger logger);

    [LoggerMessage(1212, LogLevel.Warning, "Removed but not joined: stopping it now")]
    private static partial void LogNotJoined(ILogger logger);

    [LoggerMessage(1213, LogLevel.Warning, "Had failed in {Phase} before it was removed")]
    private static partial void LogFailedBeforeRemoval(ILogger logger, TaskPhase phase, Exception exception);

    [LoggerMessage(1214, LogLevel.Warning, "Restarts after a failure")]
    private static partial void LogRestartsFailed(ILogger logger, Exception exception);
}
