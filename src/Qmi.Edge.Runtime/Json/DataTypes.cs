using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Qmi.Edge.Runtime;

/// <summary>
/// How the values that records are made of look as JSON. The generator composes everything that crosses the border of the box from these;
/// use them in hand-written code in the same way: <c>DataTypes.Array(DataTypes.Double)</c>.
/// </summary>
public static partial class DataTypes
{
    private const string GuidPattern = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";

    /// <summary>true or false.</summary>
    public static DataType<bool> Boolean { get; } = JsonFormat.Create<bool>(JsonMetadataServices.BooleanConverter, new Schema { Type = SchemaType.Boolean });

    /// <summary>An integer of 8 bits with sign.</summary>
    public static DataType<sbyte> SByte { get; } = Integer(JsonMetadataServices.SByteConverter, sbyte.MinValue, sbyte.MaxValue);

    /// <summary>An integer of 8 bits.</summary>
    public static DataType<byte> Byte { get; } = Integer(JsonMetadataServices.ByteConverter, byte.MinValue, byte.MaxValue);

    /// <summary>An integer of 16 bits with sign.</summary>
    public static DataType<short> Int16 { get; } = Integer(JsonMetadataServices.Int16Converter, short.MinValue, short.MaxValue);

    /// <summary>An integer of 16 bits.</summary>
    public static DataType<ushort> UInt16 { get; } = Integer(JsonMetadataServices.UInt16Converter, ushort.MinValue, ushort.MaxValue);

    /// <summary>An integer of 32 bits with sign.</summary>
    public static DataType<int> Int32 { get; } = Integer(JsonMetadataServices.Int32Converter, int.MinValue, int.MaxValue);

    /// <summary>An integer of 32 bits.</summary>
    public static DataType<uint> UInt32 { get; } = Integer(JsonMetadataServices.UInt32Converter, uint.MinValue, uint.MaxValue);

    /// <summary>An integer of 64 bits with sign.</summary>
    public static DataType<long> Int64 { get; } = Integer(JsonMetadataServices.Int64Converter, long.MinValue, long.MaxValue);

    /// <summary>An integer of 64 bits.</summary>
    public static DataType<ulong> UInt64 { get; } = Integer(JsonMetadataServices.UInt64Converter, ulong.MinValue, ulong.MaxValue);

    /// <summary>A floating-point number of 32 bits; what is not a number or infinite is null.</summary>
    public static DataType<float> Single { get; } = JsonFormat.Create<float>(new SingleConverter(), new Schema { Type = SchemaType.Number });

    /// <summary>A floating-point number of 64 bits; what is not a number or infinite is null.</summary>
    public static DataType<double> Double { get; } = JsonFormat.Create<double>(new DoubleConverter(), new Schema { Type = SchemaType.Number });

    /// <summary>A decimal number.</summary>
    public static DataType<decimal> Decimal { get; } = JsonFormat.Create<decimal>(
        JsonMetadataServices.DecimalConverter,
        new Schema { Type = SchemaType.Number, Minimum = (double)decimal.MinValue, Maximum = (double)decimal.MaxValue });

    /// <summary>A string of one UTF-16 unit.</summary>
    public static DataType<char> Char { get; } = JsonFormat.Create<char>(JsonMetadataServices.CharConverter, new Schema { Type = SchemaType.String, MinLength = 1, MaxLength = 1 });

    /// <summary>A string.</summary>
    public static DataType<string> String { get; } = JsonFormat.Create<string>(JsonMetadataServices.StringConverter, new Schema { Type = SchemaType.String });

    /// <summary>Bytes as a base64 string.</summary>
    public static DataType<byte[]> Base64 { get; } = JsonFormat.Create<byte[]>(JsonMetadataServices.ByteArrayConverter, new Schema { Type = SchemaType.String, Format = "base64" });

    /// <summary>A duration as a number of seconds, exact to 100 ns.</summary>
    public static DataType<TimeSpan> Seconds { get; } = JsonFormat.Create<TimeSpan>(
        new SecondsConverter(),
        new Schema { Type = SchemaType.Number, Unit = "s", Minimum = System.TimeSpan.MinValue.TotalSeconds, Maximum = System.TimeSpan.MaxValue.TotalSeconds });

    /// <summary>A moment, RFC 3339, written in UTC with microseconds.</summary>
    public static DataType<DateTimeOffset> Timestamp { get; } = JsonFormat.Create<DateTimeOffset>(
        new TimestampConverter(),
        new Schema { Type = SchemaType.String, Format = "date-time", Pattern = TimestampConverter.Pattern });

    /// <summary>A UUID with hyphens.</summary>
    public static DataType<Guid> Guid { get; } = JsonFormat.Create<Guid>(JsonMetadataServices.GuidConverter, new Schema { Type = SchemaType.String, Format = "uuid", Pattern = GuidPattern });

    /// <summary>A URI, absolute or relative.</summary>
    public static DataType<Uri> Uri { get; } = JsonFormat.Create<Uri>(JsonMetadataServices.UriConverter, new Schema { Type = SchemaType.String, Format = "uri-reference" });

    private static DataType<T> Integer<T>(JsonConverter<T> converter, double minimum, double maximum) =>
        JsonFormat.Create<T>(converter, new Schema { Type = SchemaType.Integer, Minimum = minimum, Maximum = maximum });
}
