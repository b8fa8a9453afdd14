using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>What <c>box.json</c> says, checked.</summary>
public sealed record BoxConfiguration
{
    /// <summary>Name of the box on the wire.</summary>
    public required string Box { get; init; }

    /// <summary>Its friendly name; null = none.</summary>
    public string? Alias { get; init; }

    /// <summary>The broker; null = the box is not on MQTT.</summary>
    public MqttConfiguration? Mqtt { get; init; }

    /// <summary>The audit log; null = none is kept.</summary>
    public AuditConfiguration? Audit { get; init; }

    /// <summary>What the box remembers across restarts, and where; null = it remembers nothing.</summary>
    public StateConfiguration? State { get; init; }

    /// <summary>What is kept of signals.</summary>
    public SignalsConfiguration Signals { get; init; } = new();

    /// <summary>What the locks of callers from outside may be.</summary>
    public LockOptions Locks { get; init; } = new();

    /// <summary>How many requests callers from outside may send.</summary>
    public RequestOptions Requests { get; init; } = new();

    /// <summary>What the process asks of the system for the sake of its loops.</summary>
    public RealtimeOptions Realtime { get; init; } = new();

    /// <summary>The least severe lines that are logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Instruments, in the order in which they can be made.</summary>
    public IReadOnlyList<InstrumentConfiguration> Instruments { get; init; } = [];

    /// <summary>Tasks, in the order in which they can be made.</summary>
    public IReadOnlyList<TaskConfiguration> Tasks { get; init; } = [];

    /// <summary>What can be known about the objects before there are any.</summary>
    internal IReadOnlyList<ObjectDescription> DescribeObjects() =>
    [
        .. Instruments.Select(instrument => instrument.Type.Describe(instrument.Name)),
        .. Tasks.Select(task => task.Type.Describe(task.Name)),
    ];
}

/// <summary>The broker and how the box is shown there.</summary>
/// <param name="Connection">How to connect; the client identifier and the will are the bridge's.</param>
/// <param name="Bridge">How the box is shown.</param>
public sealed record MqttConfiguration(MqttOptions Connection, BridgeOptions Bridge);

/// <summary>The audit log.</summary>
/// <param name="File">Its file.</param>
/// <param name="MaxBytes">How large it may become before it is turned over.</param>
public sealed record AuditConfiguration(string File, long MaxBytes);

/// <summary>What the box remembers across restarts: settings, locks, requests.</summary>
/// <param name="Folder">The folder, which is made when it does not exist and which no other box may use.</param>
public sealed record StateConfiguration(string Folder);

/// <summary>What is kept of signals, so that a consumer who has missed some can fetch them.</summary>
public sealed record SignalsConfiguration
{
    /// <summary>How many bytes of each signal; 0 = none; null = as many as is usual.</summary>
    public long? RingBytes { get; init; }

    /// <summary>A folder of its own; null = with the state, or in memory when there is none.</summary>
    public string? Folder { get; init; }
}

/// <summary>One instrument.</summary>
/// <param name="Name">Its name in the box.</param>
/// <param name="Type">Its class.</param>
/// <param name="Arguments">What its constructor is given.</param>
/// <param name="Open">Whether it is opened when the box starts.</param>
/// <param name="IsSimulated">Whether what it says is not from the real world.</param>
public sealed record InstrumentConfiguration(string Name, InstrumentType Type, JsonElement Arguments, bool Open, bool IsSimulated = false);

/// <summary>One task.</summary>
/// <param name="Name">Its name in the box.</param>
/// <param name="Type">Its class.</param>
/// <param name="Arguments">What its constructor is given.</param>
/// <param name="Options">Its settings, period and policy.</param>
/// <param name="Start">Whether it is started when the box starts.</param>
/// <param name="IsSimulated">Whether what it says is not from the real world.</param>
public sealed record TaskConfiguration(string Name, TaskType Type, JsonElement Arguments, TaskOptions Options, bool Start, bool IsSimulated = false);
