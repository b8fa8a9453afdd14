namespace Qmi.Edge.Runtime;

/// <summary>The immutable description of one object, from which MQTT, the command line and documents are made without touching the object.</summary>
public sealed record ObjectDescription
{
    /// <summary>Its name in the box.</summary>
    public required string Name { get; init; }

    /// <summary>Task, instrument or the box.</summary>
    public required ObjectKind Kind { get; init; }

    /// <summary>The full name of its class.</summary>
    public required string ClassName { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>All methods, built-in ones included, ordered by name.</summary>
    public required IReadOnlyList<RpcMethodDescription> Methods { get; init; }

    /// <summary>All signals, built-in ones included.</summary>
    public required IReadOnlyList<SignalDescription> Signals { get; init; }

    /// <summary>What settings look like; null when it has none.</summary>
    public Schema? Settings { get; init; }

    /// <summary>What the status looks like; null when it has none.</summary>
    public Schema? Status { get; init; }
}
