namespace Qmi.Edge.Generators;

/// <summary>A documentation comment as plain text.</summary>
/// <param name="Summary">What the thing is.</param>
/// <param name="Returns">What a method returns.</param>
/// <param name="Parameters">What the parameters are.</param>
internal sealed record Docs(string? Summary, string? Returns, EquatableArray<(string Name, string Text)> Parameters)
{
    public static Docs None { get; } = new(null, null, default);

    /// <summary>What is said about a parameter.</summary>
    public string? Of(string parameter) => Parameters.FirstOrDefault(known => known.Name == parameter).Text;
}
