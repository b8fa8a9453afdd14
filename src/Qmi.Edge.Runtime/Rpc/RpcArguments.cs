using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Brings the arguments of a request into the one form that methods read: an object with a member for each parameter.</summary>
internal static class RpcArguments
{
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement.Clone();

    public static JsonElement ToObject(JsonElement arguments, RpcMethodDescription method) => arguments.ValueKind switch
    {
        JsonValueKind.Object => arguments,
        JsonValueKind.Array => FromPositions(arguments, method),
        JsonValueKind.Undefined or JsonValueKind.Null => Empty,
        _ => throw new QmiException(ErrorCode.BadArgs, $"The arguments of {method.Name} must be an object (by name) or an array (by position).")
        {
            Violations = [new("", "type", "The arguments must be an object or an array.")],
        },
    };

    private static JsonElement FromPositions(JsonElement positions, RpcMethodDescription method)
    {
        var parameters = method.Arguments.Properties;
        var count = positions.GetArrayLength();
        if (count > parameters.Count)
        {
            throw new QmiException(ErrorCode.BadArgs, $"{method.Name} takes {parameters.Count} arguments, {count} were given.")
            {
                Violations = [new("", "maxItems", $"At most {parameters.Count} arguments are allowed.", parameters.Count.ToString(), count.ToString())],
            };
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
        {
            writer.WriteStartObject();
            for (var index = 0; index < count; index++)
            {
                writer.WritePropertyName(parameters[index].Name);
                positions[index].WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
