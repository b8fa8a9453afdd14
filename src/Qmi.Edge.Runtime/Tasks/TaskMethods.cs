using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The RPC methods that every task has (QMI: those of QMI_TaskRunner).</summary>
internal static class TaskMethods<TSettings, TStatus>
{
    private static readonly RpcMethodDescription StopDescription = new()
    {
        Name = "stop",
        Idempotent = true,
        Overtakes = true,
        Arguments = BuiltIn.Arguments(
            new("override", BuiltIn.Flag("Stop although somebody else holds the lock: safety beats exclusivity.")),
            new("reason", BuiltIn.Text("Why; needed with override.", minLength: 3))),
        Description = "Asks the task to stop; returns at once.",
    };

    public static IReadOnlyList<RpcMethod> All { get; } =
    [
        .. ObjectMethods.All,
        BuiltIn.Read<QmiTaskRunner>("is_running", "Whether the task was started and has not ended yet.", BuiltIn.Flag(), static (task, writer) => writer.WriteBooleanValue(task.IsRunning)),
        BuiltIn.Read<QmiTaskRunner>("get_task_class_name", "The class of the task.", BuiltIn.Text(), static (task, writer) => writer.WriteStringValue(task.Description.ClassName)),
        BuiltIn.Read<QmiTaskRunner>("get_state", "Where the task is in its life, and its loop.", BuiltIn.Any, static (task, writer) => TaskStateDocument.Write(writer, task)),
        BuiltIn.Read<QmiTaskRunner>("get_loop_statistics", "What the loop has done so far; null for a task without a loop.", BuiltIn.Any, static (task, writer) => LoopStatisticsDocument.Write(writer, task.LoopStatistics, isWhole: true)),
        BuiltIn.Read<QmiTaskRunner>("get_status", "The status; null before there is one.", BuiltIn.Any, static (task, writer) => task.WriteStatus(writer)),
        BuiltIn.Read<QmiTaskRunner<TSettings, TStatus>>("get_settings", "The settings in effect.", BuiltIn.Any, static (task, writer) => task.TaskType.Settings.Write(writer, task.GetSettings())),
        BuiltIn.Read<QmiTaskRunner<TSettings, TStatus>>("get_pending_settings", "The settings that wait for the task, or null.", BuiltIn.Any, WritePendingSettings),
        new BuiltInMethod<QmiTaskRunner>(
            new() { Name = "start", Description = "Starts the task; returns at once. Once per task: see restart." },
            static (task, request, _, cancellation) => new ValueTask(BuiltIn.RunInTurnAsync(task, request, task.Start, cancellation))) { WaitsForTurn = true },
        new BuiltInMethod<QmiTaskRunner>(StopDescription, Stop) { LooksAtLock = true },
        new BuiltInMethod<QmiTaskRunner>(
            new() { Name = "join", Lock = LockRule.Ignores, Access = RpcAccess.Control, Idempotent = true, Cancellable = true, Result = BuiltIn.Any, Description = "Waits until the task has ended; an error when it failed." },
            JoinAsync),
        new BuiltInMethod<QmiTaskRunner>(
            new() { Name = "restart", Cancellable = true, Description = "Stops the task, waits for its end, and starts a fresh one with the settings in effect." },
            static (task, request, _, cancellation) => new ValueTask(task.RestartAsync(task.Box.TimeProvider.GetRemaining(request.Deadline), cancellation))),
        new BuiltInMethod<QmiTaskRunner>(
            new()
            {
                Name = "configure_loop",
                Idempotent = true,
                Arguments = BuiltIn.Arguments(
                    new("period_ms", new Schema { Type = SchemaType.Number, Unit = "ms", Minimum = LoopSchedule.MinPeriod.TotalMilliseconds, Maximum = TimeSpan.FromDays(1).TotalMilliseconds }),
                    new("policy", new Schema { Type = SchemaType.String, Enum = LoopStatisticsDocument.PolicyNames })),
                Description = "Changes period and policy of the loop at the next slot boundary.",
            },
            ConfigureLoop),
        new BuiltInMethod<QmiTaskRunner>(
            new()
            {
                Name = "reset_loop_statistics",
                Access = RpcAccess.Admin,
                Lock = LockRule.Ignores,
                Arguments = BuiltIn.Arguments(new SchemaProperty("epoch", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = int.MaxValue, Description = "Only if this is the epoch now." })),
                Result = BuiltIn.Any,
                Description = "Begins a new epoch of the loop's statistics, with all counters at zero; answers with those of the epoch that has ended.",
            },
            ResetLoopStatistics),
        .. SettingsMethods<TSettings, TStatus>.All,
    ];

    private static ValueTask Stop(QmiTaskRunner task, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var reason = request.GetText("reason");
        if (!request.GetFlag("override"))
        {
            task.Lock.Check(request.Caller, request.LockToken, StopDescription, request.Fence);
        }
        else if (reason is null)
        {
            throw new QmiException(ErrorCode.BadArgs, "stop with override needs a reason of 3 characters or more: it goes to the audit log and to the lock's owner.")
            {
                Violations = [new("/reason", "required", "With override a reason is needed.")],
            };
        }
        else
        {
            task.Lock.NoteOverride(request.Caller, reason);
        }

        task.Stop();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask JoinAsync(QmiTaskRunner task, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        await task.JoinAsync(task.Box.TimeProvider.GetRemaining(request.Deadline), cancellationToken).ConfigureAwait(false);
        TaskStateDocument.Write(writer, task);
    }

    private static ValueTask ConfigureLoop(QmiTaskRunner task, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var period = request.Arguments.TryGetProperty("period_ms", out var value) ? TimeSpan.FromMilliseconds(value.GetDouble()) : (TimeSpan?)null;
        task.ConfigureLoop(period, LoopStatisticsDocument.ParsePolicy(request.GetText("policy")));
        return ValueTask.CompletedTask;
    }

    private static ValueTask ResetLoopStatistics(QmiTaskRunner task, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        LoopStatisticsDocument.Write(writer, task.ResetLoopStatistics((int?)request.Arguments.GetInteger("epoch")), isWhole: true);
        return ValueTask.CompletedTask;
    }

    private static void WritePendingSettings(QmiTaskRunner<TSettings, TStatus> task, Utf8JsonWriter writer)
    {
        if (task.Settings.Slot.Waiting is { } waiting)
            task.TaskType.Settings.Write(writer, waiting.Value);
        else
            writer.WriteNullValue();
    }
}
