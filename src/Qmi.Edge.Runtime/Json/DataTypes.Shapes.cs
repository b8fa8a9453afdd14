using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime;

// Types made of other types.
public static partial class DataTypes
{
    /// <summary>A value or null.</summary>
    public static DataType<T?> Nullable<T>(DataType<T> type)
        where T : struct =>
        JsonFormat.Create<T?>(new NullableConverter<T>(type), type.Schema with { Nullable = true });

    /// <summary>An object or null.</summary>
    public static DataType<T?> Optional<T>(DataType<T> type)
        where T : class =>
        JsonFormat.Create<T?>(new OptionalConverter<T>(type), type.Schema with { Nullable = true });

    /// <summary>A string for each value of an enum.</summary>
    /// <param name="names">All values with their names on the wire.</param>
    public static DataType<T> Enum<T>(params (T Value, string Name)[] names)
        where T : struct, Enum =>
        JsonFormat.Create<T>(new EnumConverter<T>(names), new Schema { Type = SchemaType.String, Enum = [.. names.Select(name => name.Name).Distinct()] });

    /// <summary>A record, read and written by its own converter.</summary>
    public static DataType<T> Record<T>(JsonConverter<T> converter, Schema schema) => JsonFormat.Create<T>(converter, schema);

    /// <summary>An array.</summary>
    public static DataType<T[]> Array<T>(DataType<T> item) =>
        JsonFormat.Create<T[]>(new ListConverter<T[], T>(item, static items => items.ToArray()), ArrayOf(item));

    /// <summary>An array, as a list.</summary>
    public static DataType<List<T>> List<T>(DataType<T> item) =>
        JsonFormat.Create<List<T>>(new ListConverter<List<T>, T>(item, static items => items), ArrayOf(item));

    /// <summary>An array, as a list that cannot be changed.</summary>
    public static DataType<IReadOnlyList<T>> ReadOnlyList<T>(DataType<T> item) =>
        JsonFormat.Create<IReadOnlyList<T>>(new ListConverter<IReadOnlyList<T>, T>(item, static items => items.ToArray()), ArrayOf(item));

    /// <summary>An array, as an immutable one.</summary>
    public static DataType<ImmutableArray<T>> ImmutableArray<T>(DataType<T> item) =>
        JsonFormat.Create<ImmutableArray<T>>(new ImmutableArrayConverter<T>(item), ArrayOf(item));

    /// <summary>An object with members of any name.</summary>
    public static DataType<Dictionary<string, T>> Dictionary<T>(DataType<T> value) =>
        JsonFormat.Create<Dictionary<string, T>>(new DictionaryConverter<Dictionary<string, T>, T>(value), ObjectOf(value));

    /// <summary>An object with members of any name, as a dictionary that cannot be changed.</summary>
    public static DataType<IReadOnlyDictionary<string, T>> ReadOnlyDictionary<T>(DataType<T> value) =>
        JsonFormat.Create<IReadOnlyDictionary<string, T>>(new DictionaryConverter<IReadOnlyDictionary<string, T>, T>(value), ObjectOf(value));

    private static Schema ArrayOf<T>(DataType<T> item) => new() { Type = SchemaType.Array, Items = item.Schema };

    private static Schema ObjectOf<T>(DataType<T> value) => new() { Type = SchemaType.Object, AdditionalProperties = value.Schema };
}
