using System.Buffers;
using System.Formats.Cbor;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

public class CborTests
{
    [Theory]
    [InlineData("""{"a":0,"b":23,"c":24,"d":255,"e":256,"f":65535,"g":65536,"h":4294967295,"i":4294967296,"j":18446744073709551615}""")]
    [InlineData("""[-1,-24,-25,-256,-257,-65537,-4294967297,-9223372036854775808]""")]
    [InlineData("""[0.5,1.5e300,-0.1,3.4028234663852886E+38,1e-320,1e20,-1e20]""")]
    [InlineData("""{"v":1,"boot":"01K7Q3","values":[{"x":1.25,"note":null},{"x":-7,"note":"µ\"\\\n\u001f"}],"ok":true,"no":false,"empty":{},"none":[],"text":""}""")]
    [InlineData("\"a longer text than twenty-three characters, with \\u00e4 and \\ud83d\\ude00\"")]
    public void Another_reader_finds_the_same_values(string json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Cbor.WriteJson(Encoding.UTF8.GetBytes(json), buffer);

        var reader = new CborReader(buffer.WrittenMemory, CborConformanceMode.Strict);
        Check(JsonDocument.Parse(json).RootElement, reader);
        Assert.Equal(0, reader.BytesRemaining);
    }

    [Fact]
    public void Ten_thousand_random_numbers_come_back_bit_for_bit()
    {
        var random = new Random(11);
        var values = Enumerable.Range(0, 10_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite).ToArray();
        var json = JsonSerializer.SerializeToUtf8Bytes(values, NumbersJson.Default.DoubleArray);
        var buffer = new ArrayBufferWriter<byte>();
        Cbor.WriteJson(json, buffer);

        var reader = new CborReader(buffer.WrittenMemory, CborConformanceMode.Strict);
        reader.ReadStartArray();
        foreach (var value in values)
            Assert.Equal(value, ReadNumber(reader));
        reader.ReadEndArray();
        Assert.InRange(buffer.WrittenCount, 1, json.Length / 2);
    }

    [Fact]
    public async Task A_binary_signal_says_what_it_is_and_its_history_stays_readable()
    {
        using var broker = new MosquittoBroker();
        await using var given = new GivenWire(broker);
        using var consumer = GivenWire.Subscribe(broker, "compact", "-V", "5", "-F", "%C %x");
        var signal = given.Source.Signals.Get<Reading>("compact");
        GivenWire.WaitForFirst(consumer, () => signal.Publish(new Reading(1.5, "ä")));

        var line = consumer.Output[0].Split(' ');
        Assert.Equal("application/cbor", line[0]);
        var reader = new CborReader(Convert.FromHexString(line[1]), CborConformanceMode.Strict);
        var first = Read(reader);
        Assert.Equal((1L, given.Box.Boot), (first["v"], first["boot"]));
        Assert.Equal([1.5], ((List<object?>)first["values"]!).Take(1).Select(value => ((Dictionary<string, object?>)value!)["value"]));
        var range = await signal.History!.ReadRangeAsync(null, 0, null, 10_000);
        Assert.Contains("\"note\":\"ä\"", Encoding.UTF8.GetString(range.Batches[0].Json), StringComparison.Ordinal);
    }

    private static Dictionary<string, object?> Read(CborReader reader)
    {
        var members = new Dictionary<string, object?>();
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
            members[reader.ReadTextString()] = ReadValue(reader);
        reader.ReadEndMap();
        return members;
    }

    private static object? ReadValue(CborReader reader)
    {
        switch (reader.PeekState())
        {
            case CborReaderState.StartMap:
                return Read(reader);
            case CborReaderState.StartArray:
                var items = new List<object?>();
                reader.ReadStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                    items.Add(ReadValue(reader));
                reader.ReadEndArray();
                return items;
            case CborReaderState.TextString:
                return reader.ReadTextString();
            case CborReaderState.Null:
                reader.ReadNull();
                return null;
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                return reader.ReadInt64();
            default:
                return reader.ReadDouble();
        }
    }

    private static void Check(JsonElement expected, CborReader reader)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                reader.ReadStartMap();
                foreach (var member in expected.EnumerateObject())
                {
                    Assert.Equal(member.Name, reader.ReadTextString());
                    Check(member.Value, reader);
                }

                reader.ReadEndMap();
                break;
            case JsonValueKind.Array:
                reader.ReadStartArray();
                foreach (var item in expected.EnumerateArray())
                    Check(item, reader);
                reader.ReadEndArray();
                break;
            case JsonValueKind.String:
                Assert.Equal(expected.GetString(), reader.ReadTextString());
                break;
            case JsonValueKind.Number when reader.PeekState() == CborReaderState.UnsignedInteger:
                Assert.Equal(expected.GetUInt64(), reader.ReadUInt64());
                break;
            case JsonValueKind.Number:
                Assert.Equal(expected.GetDouble(), ReadNumber(reader));
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.Equal(expected.GetBoolean(), reader.ReadBoolean());
                break;
            default:
                reader.ReadNull();
                break;
        }
    }

    private static double ReadNumber(CborReader reader) => reader.PeekState() switch
    {
        CborReaderState.UnsignedInteger => reader.ReadUInt64(),
        CborReaderState.NegativeInteger => reader.ReadInt64(),
        CborReaderState.SinglePrecisionFloat => reader.ReadSingle(),
        _ => reader.ReadDouble(),
    };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(double[]))]
internal sealed partial class NumbersJson : System.Text.Json.Serialization.JsonSerializerContext;
