namespace Qmi.Edge.Runtime;

/// <summary>What makes a request the same one as another: whose it is, and the id that its caller gave it.</summary>
/// <param name="Caller">The caller's name, which the border has authenticated.</param>
/// <param name="Id">The caller's id, 1 to 64 characters.</param>
public readonly record struct RequestKey(string Caller, string Id);
