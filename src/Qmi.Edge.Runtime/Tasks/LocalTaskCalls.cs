namespace Qmi.Edge.Runtime;

/// <summary>The calls of a task in the same process: reads look at snapshots, what changes something takes its turn or overtakes.</summary>
internal sealed class LocalTaskCalls<TSettings, TStatus>(LocalChannel channel) : TaskCalls<TSettings, TStatus>
{
    private readonly QmiTaskRunner<TSettings, TStatus> _runner = (QmiTaskRunner<TSettings, TStatus>)channel.Target;

    public override void Start() => channel.Run("start", _runner.Start);

    public override Task StartAsync(CancellationToken cancellationToken) => channel.RunAsync("start", _runner.Start, cancellationToken);

    public override void Stop(string? overrideReason)
    {
        if (overrideReason is null)
            channel.CheckLock("stop");
        else
        {
            _runner.Box.Audit.Write(AuditEntry.Of(_runner, $"stop, overriding the lock: {overrideReason}", channel.Caller));
            _runner.Lock.NoteOverride(channel.Caller, overrideReason);
        }

        _runner.Stop();
    }

    public override Task StopAsync(string? overrideReason, CancellationToken cancellationToken)
    {
        Stop(overrideReason);
        return Task.CompletedTask;
    }

    public override void Join(TimeSpan timeout) => _runner.Join(timeout);

    public override Task JoinAsync(TimeSpan timeout, CancellationToken cancellationToken) => _runner.JoinAsync(timeout, cancellationToken);

    public override Task RestartAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        channel.CheckLock("restart");
        return _runner.RestartAsync(timeout, cancellationToken);
    }

    public override bool IsRunning() => _runner.IsRunning;

    public override Task<bool> IsRunningAsync(CancellationToken cancellationToken) => Task.FromResult(IsRunning());

    public override TaskLife GetLife() => _runner.Life;

    public override Task<TaskLife> GetLifeAsync(CancellationToken cancellationToken) => Task.FromResult(GetLife());

    public override TStatus? GetStatus() => _runner.GetStatus();

    public override Task<TStatus?> GetStatusAsync(CancellationToken cancellationToken) => Task.FromResult(GetStatus());

    public override TSettings GetSettings() => _runner.GetSettings();

    public override Task<TSettings> GetSettingsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(GetSettings());
        }
        catch (QmiException exception)
        {
            return Task.FromException<TSettings>(exception);
        }
    }

    public override TSettings? GetPendingSettings() => _runner.GetPendingSettings();

    public override Task<TSettings?> GetPendingSettingsAsync(CancellationToken cancellationToken) => Task.FromResult(GetPendingSettings());

    public override string GetTaskClassName() => _runner.Description.ClassName;

    public override Task<string> GetTaskClassNameAsync(CancellationToken cancellationToken) => Task.FromResult(GetTaskClassName());

    public override LoopStatistics? GetLoopStatistics() => _runner.LoopStatistics;

    public override Task<LoopStatistics?> GetLoopStatisticsAsync(CancellationToken cancellationToken) => Task.FromResult(GetLoopStatistics());

    public override LoopStatistics ResetLoopStatistics(int? epoch)
    {
        var ended = _runner.ResetLoopStatistics(epoch);
        _runner.Box.Audit.Write(AuditEntry.Of(_runner, "reset_loop_statistics", channel.Caller));
        return ended;
    }

    public override Task<LoopStatistics> ResetLoopStatisticsAsync(int? epoch, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(ResetLoopStatistics(epoch));
        }
        catch (QmiException exception)
        {
            return Task.FromException<LoopStatistics>(exception);
        }
    }

    public override SettingsPush PushSettings(TSettings settings)
    {
        SettingsPush? push = null;
        channel.Run("set_settings", () => push = _runner.PushSettings(settings, SettingsPusher.Local with { Caller = channel.Caller }));
        return push!;
    }

    public override async Task<SettingsPush> PushSettingsAsync(TSettings settings, CancellationToken cancellationToken)
    {
        SettingsPush? push = null;
        await channel.RunAsync("set_settings", () => push = _runner.PushSettings(settings, SettingsPusher.Local with { Caller = channel.Caller }), cancellationToken).ConfigureAwait(false);
        return push!;
    }

    public override void ConfigureLoop(TimeSpan? period, MissedLoopPolicy? policy)
    {
        channel.CheckLock("configure_loop");
        _runner.ConfigureLoop(period, policy);
    }

    public override Task ConfigureLoopAsync(TimeSpan? period, MissedLoopPolicy? policy, CancellationToken cancellationToken)
    {
        try
        {
            ConfigureLoop(period, policy);
            return Task.CompletedTask;
        }
        catch (QmiException exception)
        {
            return Task.FromException(exception);
        }
    }
}
