namespace Qmi.Edge.Runtime;

/// <summary>What is known about a method without calling it.</summary>
public sealed record RpcMethodDescription
{
    /// <summary>Name on the wire, snake_case.</summary>
    public required string Name { get; init; }

    /// <summary>What a caller must be allowed to do.</summary>
    public RpcAccess Access { get; init; } = RpcAccess.Control;

    /// <summary>What it does about the lock.</summary>
    public LockRule Lock { get; init; } = LockRule.Respects;

    /// <summary>Whether it may run again after a crash.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether it ends soon when it is cancelled while it runs (<c>op_cancel</c>); one that waits for its turn always can be.</summary>
    public bool Cancellable { get; init; }

    /// <summary>Whether it overtakes whatever waits: what ends things must not wait behind them.</summary>
    internal bool Overtakes { get; init; }

    /// <summary>Whether it says itself what was accepted, when a caller does not want to wait for more.</summary>
    internal bool AnswersAcceptance { get; init; }

    /// <summary>How long a caller waits when it names no time of its own; null = the box's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The arguments: an object whose members are the parameters in order.</summary>
    public Schema Arguments { get; init; } = NoArguments;

    /// <summary>The result.</summary>
    public Schema Result { get; init; } = Schema.Nothing;

    /// <summary>What it does, from the documentation comment.</summary>
    public string? Description { get; init; }

    /// <summary>The arguments of a method without parameters.</summary>
    public static Schema NoArguments { get; } = new() { Type = SchemaType.Object };
}
