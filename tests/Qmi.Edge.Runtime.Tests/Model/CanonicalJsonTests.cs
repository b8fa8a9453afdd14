using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class CanonicalJsonTests
{
    // RFC 8785, section 3.2.2: its sample, and the bytes that section 3.2.4 gives for it.
    [Fact]
    public void The_sample_of_the_RFC_has_the_bytes_of_the_RFC()
    {
        const string sample = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50,
                          2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;
        const string bytes = """
            7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72
            75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a
            5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31
            65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37
            5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30
            30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d
            """;

        Assert.Equal(bytes.ReplaceLineEndings(" "), string.Join(' ', Encoding.UTF8.GetBytes(Canonical(sample)).Select(value => value.ToString("x2"))));
    }

    // RFC 8785, section 3.2.3.
    [Fact]
    public void Members_are_ordered_by_the_UTF16_units_of_their_names()
    {
        const string sample = """
            {
              "\u20ac": "Euro Sign",
              "\r": "Carriage Return",
              "\ufb33": "Hebrew Letter Dalet With Dagesh",
              "1": "One",
              "\ud83d\ude00": "Emoji: Grinning Face",
              "\u0080": "Control",
              "\u00f6": "Latin Small Letter O With Diaeresis"
            }
            """;

        Assert.Equal(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\","
            + "\"\u20ac\":\"Euro Sign\",\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
            Canonical(sample));
    }

    [Fact]
    public void Objects_are_put_in_order_at_every_depth_and_lists_are_not() =>
        Assert.Equal(
            """{"a":[{"x":[3,1,2],"y":{"b":0,"d":0}},{"m":null,"n":{}}],"b":[]}""",
            Canonical("""{ "b" : [ ] , "a" : [ { "y" : { "d" : 0, "b" : 0 } , "x" : [ 3, 1, 2 ] } , { "n" : { } , "m" : null } ] }"""));

    [Theory]
    [InlineData("""  "a" """, "\"a\"")]
    [InlineData(""" "\u0041\u00e9\/" """, "\"Aé/\"")]
    [InlineData(""" "\b\t\n\f\r\"\\" """, """
        "\b\t\n\f\r\"\\"
        """)]
    [InlineData(""" "\u0000\u001F\u0008\u0009\u000A\u000C\u000D\u0022\u005C\u007f" """, "\"\\u0000\\u001f\\b\\t\\n\\f\\r\\\"\\\\\u007f\"")]
    [InlineData(""" "\uD83D\uDE00\u2028" """, "\"😀\u2028\"")]
    public void Strings_are_escaped_only_where_they_must_be(string json, string expected) => Assert.Equal(expected, Canonical(json));

    [Theory]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("0e99", "0")]
    [InlineData("1.0", "1")]
    [InlineData("10", "10")]
    [InlineData("1e1", "10")]
    [InlineData("-1.50", "-1.5")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("1e-400", "0")]
    public void A_number_has_one_text(string json, string expected) => Assert.Equal(expected, Canonical(json));

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("-9007199254740993")]
    [InlineData("18446744073709551615")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("1e400")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00a\\ud800\\ud800\"")]
    [InlineData("""{"\ud800":1,"\udc00":2}""")]
    [InlineData("""{"a":2,"a":1}""")]
    public void What_lies_beyond_the_RFC_keeps_what_it_says(string json) => Assert.Equal(json, Canonical(json));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1")]
    [InlineData("1 2")]
    [InlineData("{} x")]
    [InlineData("01")]
    [InlineData("'a'")]
    public void What_is_not_JSON_has_no_form(string text) =>
        Assert.ThrowsAny<JsonException>(() => CanonicalJson.Write(new ArrayBufferWriter<byte>(), Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_value_and_its_text_have_the_same_form()
    {
        const string json = """ {"b": [1.0, "\u0041"], "a": {"z": null, "y": true}} """;
        var output = new ArrayBufferWriter<byte>();

        CanonicalJson.Write(output, CallTests.Json(json).GetProperty("a"));

        Assert.Equal("""{"y":true,"z":null}""", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(ContentHash.Of(Encoding.UTF8.GetBytes(json)), ContentHash.Of(CallTests.Json(json)));
    }

    [Fact]
    public void A_value_as_deep_as_a_writer_goes_has_a_form()
    {
        var json = string.Concat(Enumerable.Repeat("[", 1000)) + string.Concat(Enumerable.Repeat("]", 1000));

        Assert.Equal(json, Canonical(json));
    }

    // echo -n '{"a":1,"b":[]}' | sha256sum
    [Fact]
    public void A_hash_is_the_SHA256_of_the_form() =>
        Assert.Equal("sha256:f87e4099e9be5e75094e0a4f46d3dc18a9c37429314a5a2490fb78d31e7e170c", ContentHash.Of(""" { "b": [], "a": 1.0 } """u8));

    internal static string Canonical(string json)
    {
        var output = new ArrayBufferWriter<byte>();
        CanonicalJson.Write(output, Encoding.UTF8.GetBytes(json));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
