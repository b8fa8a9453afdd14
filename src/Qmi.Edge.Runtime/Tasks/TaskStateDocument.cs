using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>A task's life on the wire.</summary>
public static class TaskStateDocument
{
    /// <summary>Writes the document as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, QmiTaskRunner task)
    {
        writer.WriteStartObject();
        WriteMembers(writer, task);
        writer.WriteEndObject();
    }

    /// <summary>Writes its members into an object that the caller has begun.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, QmiTaskRunner task)
    {
        var life = task.Life;
        writer.WriteString("state"u8, NameOf(life.State));
        writer.WriteNumber("run"u8, life.Run);
        writer.WriteTimestamp("since"u8, life.Since);
        if (task.IsSimulated)
            writer.WriteBoolean("simulated"u8, true);
        if (life.Reason is { } reason)
            writer.WriteString("reason"u8, NameOf(reason));
        if (life.Restarts > 0)
            writer.WriteNumber("restarts"u8, life.Restarts);
        if (life.RestartAt is { } restartAt)
            writer.WriteTimestamp("restart_at"u8, restartAt);
        writer.WritePropertyName("error"u8);
        WriteFailure(writer, life.Failure);
        writer.WritePropertyName("loop"u8);
        LoopStatisticsDocument.Write(writer, task.LoopStatistics, isWhole: false);
        if (life.Scheduling is not { } scheduling)
            return;
        writer.WritePropertyName("scheduling"u8);
        SchedulingDocument.Write(writer, scheduling);
    }

    /// <summary>The name of a state on the wire.</summary>
    public static string NameOf(TaskState state) => state switch
    {
        TaskState.Ready => "ready",
        TaskState.Running => "running",
        TaskState.Stopping => "stopping",
        TaskState.Stopped => "stopped",
        _ => "failed",
    };

    /// <summary>The name of a phase on the wire.</summary>
    public static string NameOf(TaskPhase phase) => phase switch
    {
        TaskPhase.Init => "init",
        TaskPhase.Prepare => "prepare",
        TaskPhase.Iteration => "iteration",
        _ => "finalize",
    };

    /// <summary>The phase of that name, or null.</summary>
    public static TaskPhase? FindPhase(string? name) => Find<TaskPhase>(name, NameOf);

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    internal static TaskLife Read(JsonElement document) => new()
    {
        State = Find<TaskState>(document.GetText("state"), NameOf) ?? throw new JsonException($"There is no task state \"{document.GetText("state")}\"."),
        Run = document.GetProperty("run").GetInt32(),
        Since = document.GetProperty("since").GetDateTimeOffset(),
        Reason = Find<StopReason>(document.GetText("reason"), NameOf),
        Restarts = document.TryGetProperty("restarts", out var restarts) ? restarts.GetInt32() : 0,
        RestartAt = document.TryGetProperty("restart_at", out var restartAt) ? restartAt.GetDateTimeOffset() : null,
        Failure = document.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? ReadFailure(error) : null,
        Scheduling = document.TryGetProperty("scheduling", out var scheduling) ? SchedulingDocument.Read(scheduling) : null,
    };

    private static TaskFailure ReadFailure(JsonElement error) => new(
        new RemoteException(error.GetText("type") ?? "", error.GetText("message") ?? ""),
        FindPhase(error.GetText("phase")) ?? TaskPhase.Iteration,
        error.GetProperty("at").GetDateTimeOffset(),
        error.GetText("finalize_message") is { } second ? new RemoteException("", second) : null);

    private static T? Find<T>(string? name, Func<T, string> nameOf)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (nameOf(value) == name)
                return value;
        }

        return null;
    }

    private static string NameOf(StopReason reason) => reason switch
    {
        StopReason.Completed => "completed",
        StopReason.Requested => "requested",
        StopReason.MissedLoop => "missed_loop",
        _ => "stopped_before_start",
    };

    private static void WriteFailure(Utf8JsonWriter writer, TaskFailure? failure)
    {
        if (failure is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, failure.Exception.GetType().Name);
        writer.WriteString("message"u8, failure.Exception.Message);
        writer.WriteString("phase"u8, NameOf(failure.Phase));
        writer.WriteTimestamp("at"u8, failure.At);
        if (failure.FinalizeException is { } second)
            writer.WriteString("finalize_message"u8, second.Message);
        writer.WriteEndObject();
    }
}
