using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime;

internal sealed class NullableConverter<T>(DataType<T> type) : JsonConverter<T?>
    where T : struct
{
    public override bool HandleNull => true;

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : type.ReadValue(ref reader);

    public override void Write(Utf8JsonWriter writer, T? value, JsonSerializerOptions options)
    {
        if (value is { } present)
            type.WriteValue(writer, present);
        else
            writer.WriteNullValue();
    }
}

internal sealed class OptionalConverter<T>(DataType<T> type) : JsonConverter<T?>
    where T : class
{
    public override bool HandleNull => true;

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : type.ReadValue(ref reader);

    public override void Write(Utf8JsonWriter writer, T? value, JsonSerializerOptions options)
    {
        if (value is null)
            writer.WriteNullValue();
        else
            type.WriteValue(writer, value);
    }
}
