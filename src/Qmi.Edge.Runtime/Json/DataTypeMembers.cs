using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime;

// What generated code says about values that are part of a larger one.
public sealed partial record DataType<T>
{
    private JsonConverter<T> Converter => (JsonConverter<T>)Json.Converter;

    /// <summary>Reads the value that the reader stands on.</summary>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public T ReadValue(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null && !Converter.HandleNull)
            throw new JsonException("null is not allowed here.");
        return Converter.Read(ref reader, typeof(T), Json.Options)!;
    }

    /// <summary>Writes a value in the midst of others.</summary>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public void WriteValue(Utf8JsonWriter writer, T value)
    {
        if (value is null && !Converter.HandleNull)
            writer.WriteNullValue();
        else
            Converter.Write(writer, value, Json.Options);
    }

    /// <summary>Reads a member that is there.</summary>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public T ReadMember(JsonElement members, string name) => members.GetProperty(name).Deserialize(Json)!;

    /// <summary>Reads a member that may be missing.</summary>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public T ReadMember(JsonElement members, string name, T fallback) =>
        members.ValueKind == JsonValueKind.Object && members.TryGetProperty(name, out var member) ? member.Deserialize(Json)! : fallback;

    /// <summary>Writes a member.</summary>
    [EditorBrowsable(EditorBrowsableState.Advanced)]
    public void WriteMember(Utf8JsonWriter writer, ReadOnlySpan<byte> name, T value)
    {
        writer.WritePropertyName(name);
        WriteValue(writer, value);
    }
}
