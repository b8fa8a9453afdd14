namespace Qmi.Edge.Generators;

/// <summary>What a schema says about a value beyond its type. Numbers are kept as C#.</summary>
internal sealed record SchemaNotes
{
    public static SchemaNotes None { get; } = new();

    public string? Description { get; init; }

    public string? Unit { get; init; }

    public string? Minimum { get; init; }

    public string? Maximum { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public string? Pattern { get; init; }

    public bool IsSecret { get; init; }

    /// <summary>The default as JSON.</summary>
    public string? Default { get; init; }
}
