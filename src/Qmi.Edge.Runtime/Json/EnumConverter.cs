using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime;

/// <summary>An enum as the names that the generator has given its values. Enums are short: a walk beats a dictionary.</summary>
internal sealed class EnumConverter<T>((T Value, string Name)[] names) : JsonConverter<T>
    where T : struct, Enum
{
    private readonly (T Value, JsonEncodedText Name)[] _names = [.. names.Select(name => (name.Value, JsonEncodedText.Encode(name.Name)))];

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException($"A name of {typeof(T).Name} is expected.");
        foreach (var (value, name) in _names)
        {
            if (reader.ValueTextEquals(name.EncodedUtf8Bytes))
                return value;
        }

        throw new JsonException($"\"{reader.GetString()}\" is no {typeof(T).Name}: use one of {string.Join(", ", _names.Select(name => name.Name.Value))}.");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        foreach (var (known, name) in _names)
        {
            if (!EqualityComparer<T>.Default.Equals(known, value))
                continue;
            writer.WriteStringValue(name);
            return;
        }

        throw new JsonException($"{value} is no {typeof(T).Name}: it has no name.");
    }
}
