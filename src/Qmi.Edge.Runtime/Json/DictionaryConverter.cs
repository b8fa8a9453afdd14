using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime;

/// <summary>An object with members of any name. The names are the keys as they are: only members of records are snake_case.</summary>
internal sealed class DictionaryConverter<TDictionary, TValue>(DataType<TValue> type) : JsonConverter<TDictionary>
    where TDictionary : class, IReadOnlyDictionary<string, TValue>
{
    public override TDictionary Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        JsonMembers.Begin(ref reader);
        var members = new Dictionary<string, TValue>();
        while (JsonMembers.MoveNext(ref reader))
        {
            var name = reader.GetString()!;
            reader.Read();
            try
            {
                members[name] = type.ReadValue(ref reader);
            }
            catch (Exception exception) when (JsonMembers.IsUnreadable(exception))
            {
                throw JsonMembers.Unreadable("." + name, exception);
            }
        }

        return (TDictionary)(object)members;
    }

    public override void Write(Utf8JsonWriter writer, TDictionary value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value)
        {
            writer.WritePropertyName(name);
            type.WriteValue(writer, member);
        }

        writer.WriteEndObject();
    }
}
