using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The calls of a task in another process: the JSON methods of the same names. The synchronous ones wait for the asynchronous ones.</summary>
internal sealed class RemoteTaskCalls<TSettings, TStatus>(RemoteChannel channel) : TaskCalls<TSettings, TStatus>
{
    // Who joins for ever asks again and again, so that a box that is gone is noticed.
    private static readonly TimeSpan LongestJoin = TimeSpan.FromMinutes(1);

    private readonly TaskType<TSettings, TStatus> _type = (TaskType<TSettings, TStatus>)channel.Type;

    public override void Start() => channel.Wait(StartAsync);

    public override Task StartAsync(CancellationToken cancellationToken) => channel.CallAsync("start", cancellationToken);

    public override void Stop(string? overrideReason) => channel.Wait(cancellation => StopAsync(overrideReason, cancellation));

    public override Task StopAsync(string? overrideReason, CancellationToken cancellationToken) => channel.CallAsync("stop", cancellationToken, overrideReason is null ? null : writer =>
    {
        writer.WriteBoolean("override"u8, true);
        writer.WriteString("reason"u8, overrideReason);
    });

    public override void Join(TimeSpan timeout) => channel.Wait(cancellation => JoinAsync(timeout, cancellation));

    public override async Task JoinAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = channel.Remote.TimeProvider.GetDeadline(timeout);
        while (true)
        {
            var left = channel.Remote.TimeProvider.GetRemaining(deadline);
            var waitsOn = left == Timeout.InfiniteTimeSpan || left > LongestJoin;
            try
            {
                await channel.CallAsync("join", cancellationToken, timeout: waitsOn ? LongestJoin : left).ConfigureAwait(false);
                return;
            }
            catch (QmiException exception) when (waitsOn && exception is { Code: ErrorCode.Timeout, Executed: Executed.No })
            {
                // Not ended yet, as the box says.
            }
        }
    }

    public override Task RestartAsync(TimeSpan timeout, CancellationToken cancellationToken) => channel.CallAsync("restart", cancellationToken, timeout: timeout);

    public override bool IsRunning() => channel.Wait(IsRunningAsync);

    public override Task<bool> IsRunningAsync(CancellationToken cancellationToken) => channel.GetAsync("is_running", DataTypes.Boolean, cancellationToken);

    public override TaskLife GetLife() => channel.Wait(GetLifeAsync);

    public override async Task<TaskLife> GetLifeAsync(CancellationToken cancellationToken) =>
        channel.Read("get_state", await channel.CallAsync("get_state", cancellationToken).ConfigureAwait(false), TaskStateDocument.Read);

    public override TStatus? GetStatus() => channel.Wait(GetStatusAsync);

    public override Task<TStatus?> GetStatusAsync(CancellationToken cancellationToken) => GetOrDefaultAsync("get_status", _type.Status, cancellationToken);

    public override TSettings GetSettings() => channel.Wait(GetSettingsAsync);

    public override Task<TSettings> GetSettingsAsync(CancellationToken cancellationToken) => channel.GetAsync("get_settings", _type.Settings, cancellationToken);

    public override TSettings? GetPendingSettings() => channel.Wait(GetPendingSettingsAsync);

    public override Task<TSettings?> GetPendingSettingsAsync(CancellationToken cancellationToken) => GetOrDefaultAsync("get_pending_settings", _type.Settings, cancellationToken);

    public override string GetTaskClassName() => channel.Wait(GetTaskClassNameAsync);

    public override Task<string> GetTaskClassNameAsync(CancellationToken cancellationToken) => channel.GetAsync("get_task_class_name", DataTypes.String, cancellationToken);

    public override LoopStatistics? GetLoopStatistics() => channel.Wait(GetLoopStatisticsAsync);

    public override async Task<LoopStatistics?> GetLoopStatisticsAsync(CancellationToken cancellationToken) =>
        channel.Read("get_loop_statistics", await channel.CallAsync("get_loop_statistics", cancellationToken).ConfigureAwait(false), LoopStatisticsDocument.Read);

    public override LoopStatistics ResetLoopStatistics(int? epoch) => channel.Wait(cancellation => ResetLoopStatisticsAsync(epoch, cancellation));

    public override async Task<LoopStatistics> ResetLoopStatisticsAsync(int? epoch, CancellationToken cancellationToken)
    {
        var ended = await channel.CallAsync("reset_loop_statistics", cancellationToken, writer =>
        {
            if (epoch is { } expected)
                writer.WriteNumber("epoch"u8, expected);
        }).ConfigureAwait(false);
        return channel.Read("reset_loop_statistics", ended, static answer => LoopStatisticsDocument.Read(answer) ?? throw new JsonException("They are missing."));
    }

    public override SettingsPush PushSettings(TSettings settings) => channel.Wait(cancellation => PushSettingsAsync(settings, cancellation));

    public override Task<SettingsPush> PushSettingsAsync(TSettings settings, CancellationToken cancellationToken)
    {
        var values = Secrets.WithoutMasked(_type.Settings.ToElement(settings), _type.Settings.Schema, out var isWhole);
        return channel.Remote.PushSettingsAsync(new RemotePush(values, isWhole, channel.GetTimeout(null), channel.LockToken), cancellationToken);
    }

    public override void ConfigureLoop(TimeSpan? period, MissedLoopPolicy? policy) => channel.Wait(cancellation => ConfigureLoopAsync(period, policy, cancellation));

    public override Task ConfigureLoopAsync(TimeSpan? period, MissedLoopPolicy? policy, CancellationToken cancellationToken) => channel.CallAsync("configure_loop", cancellationToken, writer =>
    {
        if (period is { } time)
            writer.WriteNumber("period_ms"u8, time.TotalMilliseconds);
        if (policy is { } choice)
            writer.WriteString("policy"u8, LoopStatisticsDocument.NameOf(choice));
    });

    private async Task<T?> GetOrDefaultAsync<T>(string method, DataType<T> type, CancellationToken cancellationToken)
    {
        var answer = await channel.CallAsync(method, cancellationToken).ConfigureAwait(false);
        return answer.ValueKind == JsonValueKind.Null ? default : channel.Read(method, answer, type);
    }
}
