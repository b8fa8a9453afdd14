using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Qmi.Edge.Generators.Tests.Samples;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Generators.Tests;

/// <summary>Values through the converters that the generator wrote for the samples.</summary>
public sealed class JsonTests
{
    private static readonly Everything Full = new()
    {
        Flag = true,
        Int8 = sbyte.MinValue,
        UInt8 = byte.MaxValue,
        Int16 = short.MinValue,
        UInt16 = ushort.MaxValue,
        Int32 = int.MinValue,
        UInt32 = uint.MaxValue,
        Int64 = long.MinValue,
        UInt64 = ulong.MaxValue,
        Single = 0.1f,
        Double = 1e-300,
        Decimal = 79228162514264337593543950335m,
        Letter = 'é',
        Text = "a\"b\u0001",
        Mode = Mode.HeatOnly,
        Duration = TimeSpan.FromTicks(1),
        Moment = new DateTimeOffset(2026, 7, 1, 14, 0, 0, TimeSpan.FromHours(2)).AddTicks(1_234_560),
        Id = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"),
        Address = new Uri("tcp://127.0.0.1:5025"),
        Bytes = [0, 255],
        MaybeNumber = 2.5,
        MaybeMode = Mode.Auto,
        MaybeDuration = TimeSpan.FromDays(-1),
        MaybeLetter = 'z',
        MaybeText = "text",
        MaybeAddress = new Uri("relative/path", UriKind.Relative),
        MaybeLimits = new Limits(1),
        MaybePoint = new Point(1, 2),
        Array = [1, 2.5],
        Matrix = [[1], [], [2, 3]],
        List = ["a", null],
        ReadOnlyList = [new Limits(1, 2)],
        Immutable = [1, 2, 3],
        Dictionary = new() { ["Any Name"] = 1 },
        ReadOnlyDictionary = ImmutableDictionary<string, Limits>.Empty.Add("x", new Limits(3, 4)),
        MaybeArray = ["only"],
    };

    [Fact]
    public void Every_type_survives_the_way_there_and_back()
    {
        var json = Write(EverythingJson.DataType, Full);

        var back = EverythingJson.DataType.Read(Parse(json), "value");

        Assert.Equal(json, Write(EverythingJson.DataType, back));
        Assert.Equal(Full with { Bytes = back.Bytes, Array = back.Array, Matrix = back.Matrix, List = back.List, ReadOnlyList = back.ReadOnlyList, Immutable = back.Immutable, Dictionary = back.Dictionary, ReadOnlyDictionary = back.ReadOnlyDictionary, MaybeArray = back.MaybeArray }, back);
        Assert.Equal(Full.Matrix, back.Matrix);
        Assert.Equal(Full.List, back.List);
        Assert.Equal(Full.Immutable, back.Immutable);
        Assert.Equal(Full.ReadOnlyDictionary, back.ReadOnlyDictionary);
    }

    [Fact]
    public void Defaults_survive_the_way_there_and_back()
    {
        var json = Write(EverythingJson.DataType, new Everything());

        Assert.Equal(json, Write(EverythingJson.DataType, EverythingJson.DataType.Read(Parse(json), "value")));
    }

    [Fact]
    public void Members_have_the_form_that_the_contract_names()
    {
        var json = EverythingJson.DataType.ToElement(Full with { Duration = TimeSpan.FromMilliseconds(1500) });

        Assert.Equal("1.5", json.GetProperty("duration").GetRawText());
        Assert.Equal("2026-07-01T12:00:00.123456Z", json.GetProperty("moment").GetString());
        Assert.Equal("heat_only", json.GetProperty("mode").GetString());
        Assert.Equal("AP8=", json.GetProperty("bytes").GetString());
        Assert.Equal("{\"Any Name\":1}", json.GetProperty("dictionary").GetRawText());
        Assert.Equal("{\"low\":1,\"high\":100}", json.GetProperty("maybe_limits").GetRawText());
        Assert.Equal("null", json.GetProperty("nothing").GetRawText());
        Assert.Equal("79228162514264337593543950335", json.GetProperty("decimal").GetRawText());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_no_number_in_JSON_is_null(double value)
    {
        var json = Write(EverythingJson.DataType, new Everything { Double = value, Single = (float)value, MaybeNumber = value });

        using var document = JsonDocument.Parse(json);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("double").ValueKind);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("single").ValueKind);
        Assert.Equal(JsonValueKind.Null, document.RootElement.GetProperty("maybe_number").ValueKind);
        Assert.True(double.IsNaN(JsonSerializer.Deserialize(json, EverythingJson.DataType.Json)!.Double));
    }

    [Fact]
    public void A_member_that_is_absent_keeps_the_default_of_the_record()
    {
        var value = AwkwardJson.DataType.Read(Parse("""{"name": "n", "reader": 3, "options": ["o"]}"""), "value");

        Assert.Equal("n", value.Name);
        Assert.Equal(1.5, value.Value);
        Assert.Null(value.@event);
        Assert.Equal(7, value.Order);
        Assert.Equal(3, value.Reader);
        Assert.Equal(["o"], value.Options);
        Assert.Equal(TimeSpan.FromSeconds(2), value.Defaults);
        Assert.Equal(5025, value.SCPIPort);
        Assert.NotEqual(Guid.Empty, value.Fresh);
    }

    [Fact]
    public void Every_member_can_be_given_in_any_order()
    {
        var json = """{"scpi_port":1,"fresh":"0f8fad5b-d9cb-469f-a165-70867728950e","defaults":0.25,"options":[],"reader":2,"order":3,"event":"e","value":4,"name":"n"}""";

        var value = AwkwardJson.DataType.Read(Parse(json), "value");

        Assert.Equal(("n", 4d, "e", 3, 2, 250d, 1), (value.Name, value.Value, value.@event, value.Order, value.Reader, value.Defaults.TotalMilliseconds, value.SCPIPort));
    }

    [Fact]
    public void A_readonly_struct_is_read_through_its_constructor_and_computed_members_are_no_data()
    {
        Assert.Equal("""{"start":1,"end":3}""", Write(IntervalJson.DataType, new Interval(1, 3)));
        Assert.Equal(2, IntervalJson.DataType.Read(Parse("""{"end":3,"start":1}"""), "value").Length);
    }

    [Fact]
    public void A_record_without_members_is_an_empty_object()
    {
        Assert.Equal("{}", Write(EmptyJson.DataType, new Empty()));
        Assert.Equal(new Empty(), EmptyJson.DataType.Read(Parse("{}"), "value"));
    }

    [Fact]
    public void What_the_schema_lets_pass_but_cannot_be_read_is_told_with_its_path()
    {
        // The bound is a double, which cannot say 2^63 - 1; the schema lets 2^63 pass.
        var json = """{"value": {"list": [{"int64": 9223372036854775808}]}}""";
        var type = DataTypes.Dictionary(DataTypes.Dictionary(DataTypes.Array(EverythingJson.DataType)));

        var exception = Assert.Throws<QmiException>(() => type.Read(Parse(json), "value"));

        Assert.Equal(ErrorCode.BadArgs, exception.Code);
        Assert.Equal("/value/list/0/int64", Assert.Single(exception.Violations).Path);
    }

    [Theory]
    [InlineData("""{"name":"n","reader":1}""", "options")]
    [InlineData("""{"name":"n","reader":null,"options":[]}""", "$.reader")]
    [InlineData("""[]""", "object")]
    [InlineData("""{"name":"n","reader":1,"options":{}}""", "$.options")]
    public void A_converter_refuses_what_nobody_checked_before(string json, string part)
    {
        var exception = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, AwkwardJson.DataType.Json));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string Write<T>(DataType<T> type, T value)
    {
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            type.Write(writer, value);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
