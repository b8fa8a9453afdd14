namespace Qmi.Edge.Runtime;

/// <summary>The calls that every task's proxy has, as they reach their task: in the same process or in another one.</summary>
internal abstract class TaskCalls<TSettings, TStatus>
{
    public static TaskCalls<TSettings, TStatus> Through(RpcChannel channel) => channel is LocalChannel local
        ? new LocalTaskCalls<TSettings, TStatus>(local)
        : new RemoteTaskCalls<TSettings, TStatus>((RemoteChannel)channel);

    public abstract void Start();

    public abstract Task StartAsync(CancellationToken cancellationToken);

    public abstract void Stop(string? overrideReason);

    public abstract Task StopAsync(string? overrideReason, CancellationToken cancellationToken);

    public abstract void Join(TimeSpan timeout);

    public abstract Task JoinAsync(TimeSpan timeout, CancellationToken cancellationToken);

    public abstract Task RestartAsync(TimeSpan timeout, CancellationToken cancellationToken);

    public abstract bool IsRunning();

    public abstract Task<bool> IsRunningAsync(CancellationToken cancellationToken);

    public abstract TaskLife GetLife();

    public abstract Task<TaskLife> GetLifeAsync(CancellationToken cancellationToken);

    public abstract TStatus? GetStatus();

    public abstract Task<TStatus?> GetStatusAsync(CancellationToken cancellationToken);

    public abstract TSettings GetSettings();

    public abstract Task<TSettings> GetSettingsAsync(CancellationToken cancellationToken);

    public abstract TSettings? GetPendingSettings();

    public abstract Task<TSettings?> GetPendingSettingsAsync(CancellationToken cancellationToken);

    public abstract string GetTaskClassName();

    public abstract Task<string> GetTaskClassNameAsync(CancellationToken cancellationToken);

    public abstract LoopStatistics? GetLoopStatistics();

    public abstract Task<LoopStatistics?> GetLoopStatisticsAsync(CancellationToken cancellationToken);

    public abstract LoopStatistics ResetLoopStatistics(int? epoch);

    public abstract Task<LoopStatistics> ResetLoopStatisticsAsync(int? epoch, CancellationToken cancellationToken);

    public abstract SettingsPush PushSettings(TSettings settings);

    public abstract Task<SettingsPush> PushSettingsAsync(TSettings settings, CancellationToken cancellationToken);

    public abstract void ConfigureLoop(TimeSpan? period, MissedLoopPolicy? policy);

    public abstract Task ConfigureLoopAsync(TimeSpan? period, MissedLoopPolicy? policy, CancellationToken cancellationToken);
}
