namespace Qmi.Edge.Runtime;

/// <summary>Who did what, when, and what came of it.</summary>
public sealed record AuditEntry
{
    /// <summary>When, wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who: a caller's name, or <c>_local</c>.</summary>
    public required string Caller { get; init; }

    /// <summary>The object.</summary>
    public required string Object { get; init; }

    /// <summary>What: a method, <c>set_settings</c>, <c>lock</c> ...</summary>
    public required string Action { get; init; }

    /// <summary>The request's id, where there is one.</summary>
    public string? RequestId { get; init; }

    /// <summary>The values before, as JSON.</summary>
    public string? Old { get; init; }

    /// <summary>The values asked for, as JSON.</summary>
    public string? New { get; init; }

    /// <summary>Why it was refused or failed; null when it was done.</summary>
    public string? Error { get; init; }

    internal static AuditEntry Of(RpcObject target, string action, Caller caller) =>
        new() { At = target.Box.TimeProvider.GetUtcNow(), Caller = caller.Name, Object = target.Name, Action = action };
}
