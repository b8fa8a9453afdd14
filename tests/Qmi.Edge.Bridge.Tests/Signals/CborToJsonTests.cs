using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

public class CborToJsonTests
{
    private const string Batch = """{"v":1,"boot":"01K7Q3","s":88120,"t":"2026-09-21T12:34:56.120000Z","t_us":[0,999,2001],"n":3,"values":[{"x":1.25,"note":null},{"x":-7,"note":"µ\"\\\n\u001f"},{"x":1e300,"note":"\ud83d\ude00"}],"ok":true,"no":false,"empty":{},"none":[],"text":""}""";

    [Theory]
    [InlineData(Batch)]
    [InlineData("""{"a":0,"b":23,"c":24,"d":255,"e":256,"f":65535,"g":65536,"h":4294967295,"i":4294967296,"j":18446744073709551615}""")]
    [InlineData("""{"numbers":[-1,-24,-25,-256,-257,-65537,-4294967297,-9223372036854775808]}""")]
    [InlineData("""{"numbers":[0.5,1.5e300,-0.1,3.4028234663852886E+38,1e-320,1e20,-1e20]}""")]
    public void What_was_written_is_read_again(string json)
    {
        var read = CborToJson.Convert(Written(json));

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(json), JsonElement.Parse(read)), Encoding.UTF8.GetString(read));
    }

    [Fact]
    public void Ten_thousand_random_numbers_come_back_bit_for_bit()
    {
        var random = new Random(12);
        var values = Enumerable.Range(0, 10_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite).ToArray();
        var read = CborToJson.Convert(Written($"{{\"values\":{JsonSerializer.Serialize(values, NumbersJson.Default.DoubleArray)}}}"));

        Assert.Equal(values, JsonElement.Parse(read).GetProperty("values").EnumerateArray().Select(value => value.GetDouble()));
    }

    [Theory]
    [InlineData("A0")] // a map with a length
    [InlineData("BF6161FF")] // a map that ends behind a name
    [InlineData("BF0101FF")] // a name that is a number
    [InlineData("BF616141FF")] // bytes
    [InlineData("BF6161C001FF")] // a tag
    [InlineData("BF6161F7FF")] // undefined
    [InlineData("BF6161F93C00FF")] // half a number
    [InlineData("BF6161FB7FF8000000000000FF")] // not a number
    [InlineData("BF61613BFFFFFFFFFFFFFFFFFF")] // beyond 64 bits
    [InlineData("BF61617BFFFFFFFFFFFFFFFF61FF")] // longer than there is
    [InlineData("BF6161627F80FF")] // no UTF-8
    [InlineData("BF62C3286101FF")] // no UTF-8 in a name
    [InlineData("BFFF00")] // more behind it
    [InlineData("BF")]
    [InlineData("")]
    public void Anything_else_is_refused(string hex) => Assert.Throws<JsonException>(() => CborToJson.Convert(Convert.FromHexString(hex)));

    [Fact]
    public void What_is_too_deep_is_refused() =>
        Assert.Throws<JsonException>(() => CborToJson.Convert([.. Enumerable.Repeat((byte)0x9F, 100_000)]));

    [Fact]
    public void Whatever_is_broken_is_read_or_refused_and_a_batch_that_is_cut_never_is_one()
    {
        var random = new Random(13);
        var whole = Written(Batch);
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<JsonException>(() => CborToJson.Convert(whole.AsSpan(0, length)));
        for (var attempt = 0; attempt < 50_000; attempt++)
        {
            var broken = (byte[])whole.Clone();
            for (var bends = random.Next(1, 4); bends > 0; bends--)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            try
            {
                JsonElement.Parse(CborToJson.Convert(broken));
            }
            catch (JsonException)
            {
                // Refused, as it should be.
            }
        }
    }

    private static byte[] Written(string json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Cbor.WriteJson(Encoding.UTF8.GetBytes(json), buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
