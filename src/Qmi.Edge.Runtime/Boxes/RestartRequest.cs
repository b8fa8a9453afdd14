namespace Qmi.Edge.Runtime;

/// <summary>That somebody wants the process of a box ended in order and started again.</summary>
/// <param name="By">The caller's name.</param>
/// <param name="Reason">Why, or null.</param>
public sealed record RestartRequest(string By, string? Reason);
