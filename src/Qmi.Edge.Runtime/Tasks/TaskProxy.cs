namespace Qmi.Edge.Runtime;

/// <summary>
/// How anyone holds a task, in the same process or in another one; the generator derives one for each class of tasks, with its methods and
/// signals. What never queues is answered in another process as soon as the network lets it.
/// </summary>
public abstract class TaskProxy<TSettings, TStatus> : ObjectProxy
{
    private readonly TaskCalls<TSettings, TStatus> _calls;

    /// <summary>A proxy of the task at the other end of <paramref name="channel"/>.</summary>
    protected TaskProxy(RpcChannel channel)
        : base(channel)
    {
        _calls = TaskCalls<TSettings, TStatus>.Through(channel);
    }

    /// <summary>The settings that came into effect.</summary>
    public SignalSource<TSettings> SettingsUpdated => Channel.GetSignal<TSettings>(TaskSignals.SettingsUpdated);

    /// <summary>The status, when the task publishes it; of a task in another process, as often as its box shows it: five times a second at most, unless configured otherwise.</summary>
    public SignalSource<TStatus> StatusUpdated => Channel.GetSignal<TStatus>(TaskSignals.StatusUpdated);

    /// <summary>Deadlines that the loop has missed: the first after a quiet time, the tenth, then at every doubling.</summary>
    /// <exception cref="QmiException">The task has no loop.</exception>
    public SignalSource<LoopMiss> LoopMissed => Channel.GetSignal<LoopMiss>(LoopSignals.Missed);

    /// <summary>The loop has missed no deadline for 10 s, or 10 periods when that is longer, after it had missed some.</summary>
    /// <exception cref="QmiException">The task has no loop.</exception>
    public SignalSource<LoopRecovery> LoopRecovered => Channel.GetSignal<LoopRecovery>(LoopSignals.Recovered);

    /// <summary>Where the task is in its life. Never queues; of a task in another process it is asked for each time.</summary>
    public TaskLife Life => _calls.GetLife();

    /// <summary>As <see cref="Life"/>, without blocking the calling thread.</summary>
    public Task<TaskLife> GetLifeAsync(CancellationToken cancellationToken = default) => _calls.GetLifeAsync(cancellationToken);

    /// <summary>Starts the task and returns at once (QMI: start). Once per task.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/>, <see cref="ErrorCode.Locked"/>.</exception>
    public void Start() => _calls.Start();

    /// <summary>As <see cref="Start"/>, without blocking the calling thread.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => _calls.StartAsync(cancellationToken);

    /// <summary>Asks the task to stop and returns at once (QMI: stop). Overtakes whatever is queued.</summary>
    /// <param name="overrideReason">Stops although somebody else holds the lock, and says why; 3 characters or more.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.Locked"/>.</exception>
    public void Stop(string? overrideReason = null) => _calls.Stop(overrideReason);

    /// <summary>As <see cref="Stop"/>, without blocking the calling thread.</summary>
    public Task StopAsync(string? overrideReason = null, CancellationToken cancellationToken = default) => _calls.StopAsync(overrideReason, cancellationToken);

    /// <summary>Waits in the calling thread until the task has ended (QMI: join); null = for ever.</summary>
    /// <exception cref="TaskRunException">The task failed; every time.</exception>
    public void Join(TimeSpan? timeout = null) => _calls.Join(timeout ?? Timeout.InfiniteTimeSpan);

    /// <summary>As <see cref="Join"/>, without holding a thread.</summary>
    public Task JoinAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _calls.JoinAsync(timeout ?? Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Stops the task, waits for its end, and starts a fresh one with the settings in effect; null = waits for ever.</summary>
    /// <exception cref="TaskInitException">The new task could not be constructed: the old one has ended.</exception>
    public Task RestartAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _calls.RestartAsync(timeout ?? Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Whether the task was started and has not ended yet (QMI: is_running). Never queues.</summary>
    public bool IsRunning() => _calls.IsRunning();

    /// <summary>As <see cref="IsRunning"/>, without blocking the calling thread.</summary>
    public Task<bool> IsRunningAsync(CancellationToken cancellationToken = default) => _calls.IsRunningAsync(cancellationToken);

    /// <summary>The status; the default value before there is one (QMI: get_status). Never queues.</summary>
    public TStatus? GetStatus() => _calls.GetStatus();

    /// <summary>As <see cref="GetStatus"/>, without blocking the calling thread.</summary>
    public Task<TStatus?> GetStatusAsync(CancellationToken cancellationToken = default) => _calls.GetStatusAsync(cancellationToken);

    /// <summary>The settings in effect (QMI: get_settings). Never queues.</summary>
    public TSettings GetSettings() => _calls.GetSettings();

    /// <summary>As <see cref="GetSettings"/>, without blocking the calling thread.</summary>
    public Task<TSettings> GetSettingsAsync(CancellationToken cancellationToken = default) => _calls.GetSettingsAsync(cancellationToken);

    /// <summary>The settings that wait for the task, or null (QMI: get_pending_settings). Never queues.</summary>
    public TSettings? GetPendingSettings() => _calls.GetPendingSettings();

    /// <summary>As <see cref="GetPendingSettings"/>, without blocking the calling thread.</summary>
    public Task<TSettings?> GetPendingSettingsAsync(CancellationToken cancellationToken = default) => _calls.GetPendingSettingsAsync(cancellationToken);

    /// <summary>The class of the task (QMI: get_task_class_name).</summary>
    public string GetTaskClassName() => _calls.GetTaskClassName();

    /// <summary>As <see cref="GetTaskClassName"/>, without blocking the calling thread.</summary>
    public Task<string> GetTaskClassNameAsync(CancellationToken cancellationToken = default) => _calls.GetTaskClassNameAsync(cancellationToken);

    /// <summary>What the loop has done in this epoch of its statistics; null for a task without a loop. Never queues.</summary>
    public LoopStatistics? GetLoopStatistics() => _calls.GetLoopStatistics();

    /// <summary>As <see cref="GetLoopStatistics"/>, without blocking the calling thread.</summary>
    public Task<LoopStatistics?> GetLoopStatisticsAsync(CancellationToken cancellationToken = default) => _calls.GetLoopStatisticsAsync(cancellationToken);

    /// <summary>Begins a new epoch of the loop's statistics, with all counters at zero. Never queues; the loop does not notice. For administrators.</summary>
    /// <param name="epoch">Only if this is the epoch now, so that of two who reset one does; null = whichever it is.</param>
    /// <returns>The statistics of the epoch that has ended.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.Conflict"/>: it is another epoch; <see cref="ErrorCode.WrongState"/>: the task has no loop.</exception>
    public LoopStatistics ResetLoopStatistics(int? epoch = null) => _calls.ResetLoopStatistics(epoch);

    /// <summary>As <see cref="ResetLoopStatistics"/>, without blocking the calling thread.</summary>
    public Task<LoopStatistics> ResetLoopStatisticsAsync(int? epoch = null, CancellationToken cancellationToken = default) =>
        _calls.ResetLoopStatisticsAsync(epoch, cancellationToken);

    /// <summary>Pushes settings, which take effect when the task next looks (QMI: set_settings).</summary>
    /// <returns>Its revision, and what will become of it.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with everything that is wrong, <see cref="ErrorCode.Locked"/>.</exception>
    public SettingsPush SetSettings(TSettings settings) => _calls.PushSettings(settings);

    /// <summary>Pushes settings and waits until the task has adopted or refused them.</summary>
    /// <exception cref="QmiException">As for <see cref="SetSettings"/>.</exception>
    public async Task<SettingsOutcome> SetSettingsAsync(TSettings settings, CancellationToken cancellationToken = default)
    {
        var push = await _calls.PushSettingsAsync(settings, cancellationToken).ConfigureAwait(false);
        return await push.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes period and policy of the loop at its next slot boundary; what is null stays.</summary>
    /// <exception cref="QmiException">The task has no loop, the period is too short, <see cref="ErrorCode.Locked"/>.</exception>
    public void ConfigureLoop(TimeSpan? period = null, MissedLoopPolicy? policy = null) => _calls.ConfigureLoop(period, policy);

    /// <summary>As <see cref="ConfigureLoop"/>, without blocking the calling thread.</summary>
    public Task ConfigureLoopAsync(TimeSpan? period = null, MissedLoopPolicy? policy = null, CancellationToken cancellationToken = default) =>
        _calls.ConfigureLoopAsync(period, policy, cancellationToken);
}
