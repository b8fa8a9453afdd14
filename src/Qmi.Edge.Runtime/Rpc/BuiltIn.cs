using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Shapes that the built-in methods of all objects share.</summary>
internal static class BuiltIn
{
    public static Schema Text(string? description = null, int? minLength = null) => new() { Type = SchemaType.String, Description = description, MinLength = minLength };

    public static Schema Flag(string? description = null) => new() { Type = SchemaType.Boolean, Description = description };

    public static Schema Milliseconds(string? description, long minimum = 0) => new() { Type = SchemaType.Integer, Unit = "ms", Minimum = minimum, Maximum = int.MaxValue, Description = description };

    public static Schema Any { get; } = new() { Type = SchemaType.Any };

    public static Schema Arguments(params ReadOnlySpan<SchemaProperty> properties) => new() { Type = SchemaType.Object, Properties = [.. properties] };

    /// <summary>A method answered at once from a snapshot.</summary>
    public static RpcMethod Read<TObject>(string name, string description, Schema result, Action<TObject, Utf8JsonWriter> answer)
        where TObject : RpcObject =>
        new BuiltInMethod<TObject>(
            new() { Name = name, Access = RpcAccess.Read, Idempotent = true, Result = result, Description = description },
            (target, _, writer, _) =>
            {
                answer(target, writer);
                return ValueTask.CompletedTask;
            });

    /// <summary>Runs the body of a built-in method that keeps the order of arrival, not before its request is on the disk.</summary>
    public static Task RunInTurnAsync(RpcObject target, RpcRequest request, Action action, CancellationToken cancellationToken) =>
        target.Lane.RunAsync(
            () =>
            {
                request.Accepted.GetAwaiter().GetResult();
                action();
            },
            request.Deadline,
            cancellationToken);

    public static string? GetText(this RpcRequest request, string name) => request.Arguments.GetText(name);

    public static string? GetText(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A whole number, or null when it is not given. The schema lets pass what fits 64 bits without a sign.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public static long? GetInteger(this JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
            return null;
        if (value.TryGetInt64(out var number))
            return number;
        var message = $"/{name} is {value.GetRawText()}, the largest allowed is {long.MaxValue}.";
        throw new QmiException(ErrorCode.BadArgs, message) { Violations = [new SchemaViolation($"/{name}", "maximum", message)] };
    }

    public static TimeSpan? GetMilliseconds(this RpcRequest request, string name) =>
        request.Arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? TimeSpan.FromMilliseconds(value.GetInt64()) : null;

    public static bool GetFlag(this RpcRequest request, string name) =>
        request.Arguments.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
