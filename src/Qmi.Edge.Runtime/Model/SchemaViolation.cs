namespace Qmi.Edge.Runtime;

/// <summary>One place where a value breaks its schema.</summary>
/// <param name="Path">JSON Pointer (RFC 6901) of the value, empty for the whole document.</param>
/// <param name="Code">The JSON Schema keyword that was broken, for example <c>maximum</c>.</param>
/// <param name="Message">What is wrong, what is allowed and how to mend it.</param>
/// <param name="Limit">The limit, as JSON, where there is one.</param>
/// <param name="Got">The value found, as JSON, shortened.</param>
public sealed record SchemaViolation(string Path, string Code, string Message, string? Limit = null, string? Got = null);
