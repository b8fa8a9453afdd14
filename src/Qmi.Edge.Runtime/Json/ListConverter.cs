using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime;

/// <summary>An array, as whatever kind of list the record has.</summary>
internal sealed class ListConverter<TList, TItem>(DataType<TItem> item, Func<List<TItem>, TList> finish) : JsonConverter<TList>
    where TList : class, IReadOnlyList<TItem>
{
    public override TList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        finish(JsonItems.Read(ref reader, item));

    public override void Write(Utf8JsonWriter writer, TList value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        for (var index = 0; index < value.Count; index++)
            item.WriteValue(writer, value[index]);
        writer.WriteEndArray();
    }
}

internal sealed class ImmutableArrayConverter<TItem>(DataType<TItem> item) : JsonConverter<ImmutableArray<TItem>>
{
    public override ImmutableArray<TItem> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ImmutableCollectionsMarshal.AsImmutableArray(JsonItems.Read(ref reader, item).ToArray());

    public override void Write(Utf8JsonWriter writer, ImmutableArray<TItem> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        // The default of ImmutableArray is no array at all, and enumerating it throws: on the wire it is empty.
        foreach (var element in value.IsDefault ? [] : value)
            item.WriteValue(writer, element);
        writer.WriteEndArray();
    }
}

internal static class JsonItems
{
    public static List<T> Read<T>(ref Utf8JsonReader reader, DataType<T> item)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("An array is expected.");
        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            try
            {
                items.Add(item.ReadValue(ref reader));
            }
            catch (Exception exception) when (JsonMembers.IsUnreadable(exception))
            {
                throw JsonMembers.Unreadable($"[{items.Count}]", exception);
            }
        }

        return items;
    }
}
