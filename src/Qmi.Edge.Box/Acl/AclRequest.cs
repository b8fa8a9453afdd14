namespace Qmi.Edge.Box;

/// <summary>What was asked of the verb <c>acl</c>.</summary>
internal sealed record AclRequest
{
    public IReadOnlyList<string> Files { get; init; } = [];

    public IReadOnlyList<string> Boxes { get; init; } = [];

    public IReadOnlyList<string> Users { get; init; } = [];

    public string? Prefix { get; init; }

    public string? HomeAssistant { get; init; }

    public required string Format { get; init; }

    public string? Merge { get; init; }

    public string? Output { get; init; }
}

/// <summary>The rules cannot be written; the message says what to do.</summary>
internal sealed class AclException(string message) : Exception(message);
