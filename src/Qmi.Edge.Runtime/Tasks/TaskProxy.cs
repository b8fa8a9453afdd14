namespace Qmi.Edge.Runtime;

/// <summary>How anyone holds a task; the generator derives one for each class of tasks, with its methods and signals.</summary>
public abstract class TaskProxy<TSettings, TStatus>(RpcChannel channel) : ObjectProxy(channel)
{
    /// <summary>The settings that came into effect.</summary>
    public SignalSource<TSettings> SettingsUpdated => Channel.GetSignal<TSettings>(TaskSignals.SettingsUpdated);

    /// <summary>The status, when the task publishes it.</summary>
    public SignalSource<TStatus> StatusUpdated => Channel.GetSignal<TStatus>(TaskSignals.StatusUpdated);

    /// <summary>Where the task is in its life. Never queues.</summary>
    public TaskLife Life => Runner.Life;

    private QmiTaskRunner<TSettings, TStatus> Runner => (QmiTaskRunner<TSettings, TStatus>)Channel.Target;

    /// <summary>Starts the task and returns at once (QMI: start). Once per task.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/>, <see cref="ErrorCode.Locked"/>.</exception>
    public void Start() => Channel.Run("start", Runner.Start);

    /// <summary>As <see cref="Start"/>, without blocking the calling thread.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default) => Channel.RunAsync("start", Runner.Start, cancellationToken);

    /// <summary>Asks the task to stop and returns at once (QMI: stop). Overtakes whatever is queued.</summary>
    /// <param name="overrideReason">Stops although somebody else holds the lock, and says why.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.Locked"/>.</exception>
    public void Stop(string? overrideReason = null)
    {
        if (overrideReason is null)
            Channel.CheckLock("stop");
        else
        {
            Runner.Box.Audit.Write(AuditEntry.Of(Runner, $"stop, overriding the lock: {overrideReason}", Channel.Caller));
            Runner.Lock.NoteOverride(Channel.Caller, overrideReason);
        }

        Runner.Stop();
    }

    /// <summary>As <see cref="Stop"/>; completes at once.</summary>
    public Task StopAsync(string? overrideReason = null)
    {
        Stop(overrideReason);
        return Task.CompletedTask;
    }

    /// <summary>Waits in the calling thread until the task has ended (QMI: join); null = for ever.</summary>
    /// <exception cref="TaskRunException">The task failed; every time.</exception>
    public void Join(TimeSpan? timeout = null) => Runner.Join(timeout ?? Timeout.InfiniteTimeSpan);

    /// <summary>As <see cref="Join"/>, without holding a thread.</summary>
    public Task JoinAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Runner.JoinAsync(timeout ?? Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Stops the task, waits for its end, and starts a fresh one with the settings in effect; null = waits for ever.</summary>
    public Task RestartAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        Channel.CheckLock("restart");
        return Runner.RestartAsync(timeout ?? Timeout.InfiniteTimeSpan, cancellationToken);
    }

    /// <summary>Whether the task was started and has not ended yet (QMI: is_running). Never queues.</summary>
    public bool IsRunning() => Runner.IsRunning;

    /// <summary>The status; the default value before there is one (QMI: get_status). Never queues.</summary>
    public TStatus? GetStatus() => Runner.GetStatus();

    /// <summary>The settings in effect (QMI: get_settings). Never queues.</summary>
    public TSettings GetSettings() => Runner.GetSettings();

    /// <summary>The settings that wait for the task, or null (QMI: get_pending_settings). Never queues.</summary>
    public TSettings? GetPendingSettings() => Runner.GetPendingSettings();

    /// <summary>The class of the task (QMI: get_task_class_name).</summary>
    public string GetTaskClassName() => Description.ClassName;

    /// <summary>What the loop has done so far; null for a task without a loop. Never queues.</summary>
    public LoopStatistics? GetLoopStatistics() => Runner.LoopStatistics;

    /// <summary>Pushes settings, which take effect when the task next looks (QMI: set_settings).</summary>
    /// <returns>Its revision, and what will become of it.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with everything that is wrong, <see cref="ErrorCode.Locked"/>.</exception>
    public SettingsPush SetSettings(TSettings settings)
    {
        SettingsPush? push = null;
        Channel.Run("set_settings", () => push = Runner.PushSettings(settings, Channel.Caller, null, null));
        return push!;
    }

    /// <summary>Pushes settings and waits until the task has adopted or refused them.</summary>
    public async Task<SettingsOutcome> SetSettingsAsync(TSettings settings, CancellationToken cancellationToken = default)
    {
        SettingsPush? push = null;
        await Channel.RunAsync("set_settings", () => push = Runner.PushSettings(settings, Channel.Caller, null, null), cancellationToken).ConfigureAwait(false);
        return await push!.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes period and policy of the loop at its next slot boundary; what is null stays.</summary>
    /// <exception cref="QmiException">The task has no loop, the period is too short, <see cref="ErrorCode.Locked"/>.</exception>
    public void ConfigureLoop(TimeSpan? period = null, MissedLoopPolicy? policy = null)
    {
        Channel.CheckLock("configure_loop");
        Runner.ConfigureLoop(period, policy);
    }
}
