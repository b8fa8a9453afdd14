using System.Text;

namespace Qmi.Edge.Box.Tests;

public class ConfigurationTextTests
{
    [Theory]
    [InlineData("""{"box" "cryo"}""", "1:8: This is not JSON: '\"' is invalid after a property name. Expected a ':'.")]
    [InlineData("{\n  \"box\": cryo\n}", "2:10: This is not JSON: 'c' is an invalid start of a value.")]
    [InlineData("{\n  \"box\": \"cryo\"\n  \"log\": {}\n}", "3:3: This is not JSON: '\"' is invalid after a value. Expected either ',', '}', or ']'.")]
    [InlineData("{\n  \"box\": \"cryo\"\n", "3:1: This is not JSON: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.")]
    [InlineData("{\"box\": \"cr\nyo\"}", "1:12: This is not JSON: '0x0A' is invalid within a JSON string. The string should be correctly escaped.")]
    [InlineData("{'box': 'cryo'}", "1:2: This is not JSON: ''' is an invalid start of a property name. Expected a '\"'.")]
    [InlineData("{}\n{}", "2:1: This is not JSON: '{' is invalid after a single JSON value. Expected end of data.")]
    [InlineData("box: cryo", "1:1: This is not JSON: 'b' is an invalid start of a value.")]
    [InlineData("tru", "1:4: This is not JSON: 'tru' is an invalid JSON literal. Expected the literal 'true'.")]
    [InlineData("/* never closed", "1:1: This is not JSON: Expected end of comment, but instead reached end of data.")]
    public void What_is_not_JSON_is_told_where_and_why(string text, string mistake) =>
        Assert.Equal([mistake], GivenConfiguration.MistakesIn(text));

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t\r\n")]
    [InlineData("// nothing but a comment")]
    [InlineData("/* or two */ // of them\n")]
    [InlineData("\uFEFF")]
    public void A_file_without_anything_is_told_how_to_begin(string text) =>
        Assert.Equal(["1:1: The file is empty: the shortest configuration is { \"box\": \"its-name\" }."], GivenConfiguration.MistakesIn(text));

    [Fact]
    public void A_byte_order_mark_is_no_mistake_and_no_column()
    {
        Assert.Equal("cryo", GivenConfiguration.Read("\uFEFF{\"box\":\"cryo\"}").Box);
        Assert.Equal(["1:2: /box must be a string, not 1."], GivenConfiguration.MistakesIn("\uFEFF{\"box\":1}"));
        Assert.Equal(["1:8: This is not JSON: 'x' is an invalid start of a value."], GivenConfiguration.MistakesIn("\uFEFF{\"box\":x}"));
    }

    [Fact]
    public void Text_in_another_encoding_is_told_the_byte_and_the_remedy()
    {
        Assert.Equal(["2:11: This is not UTF-8 text (byte 0xE9): save the file as UTF-8."], GivenConfiguration.MistakesIn(Encoding.Latin1.GetBytes("{\n  \"box\": \"é\"}")));
        Assert.Equal(["1:1: This is UTF-16 text: save the file as UTF-8."], GivenConfiguration.MistakesIn([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("{}")]));
        Assert.Equal(["1:1: This is UTF-16 text: save the file as UTF-8."], GivenConfiguration.MistakesIn([.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes("{}")]));
    }

    [Theory]
    [InlineData("{\n\"box\": \"\\ud800\"}", "2:8")]
    [InlineData("{\n\"box\": \"cryo\", \"\\udc00\": 1}", "2:16")]
    public void Half_a_character_is_told_where_it_is(string text, string place) =>
        Assert.Equal([$"{place}: An escape in this text is half a character: write the character itself."], GivenConfiguration.MistakesIn(text));

    [Fact]
    public void Nesting_ends_at_32_levels()
    {
        // Four objects around it.
        static string Nested(int levels) => """{"box":"cryo","tasks":{"a":{"type":"idler","args":{"x":""" + new string('[', levels - 4) + new string(']', levels - 4) + "}}}}";

        Assert.Equal(["1:52: \"x\" is not known here; known are pump."], GivenConfiguration.MistakesIn(Nested(32)));
        Assert.Equal([$"1:{56 + 28}: This nests deeper than 32 levels, which no configuration does: look for brackets that are not closed."], GivenConfiguration.MistakesIn(Nested(33)));
    }

    [Fact]
    public void Columns_count_bytes_and_lines_end_as_they_like()
    {
        GivenConfiguration.AssertMistakes("""{"box":"cryo",▸"grüße":1,▸"log":1}""", "\"grüße\" is not known here; known are box, alias, mqtt, audit, state, locks, requests, signals, realtime, log, instruments, tasks.", "/log must be an object, not 1.");
        GivenConfiguration.AssertMistakes("\t{\"box\":\"cryo\",\t▸\"log\":1}", "/log must be an object, not 1.");
        Assert.Equal(["2:1: /log must be an object, not 1."], GivenConfiguration.MistakesIn("{\"box\":\"cryo\",\r\n\"log\":1}"));
    }

    [Fact]
    public void A_huge_value_is_shown_by_its_beginning() =>
        GivenConfiguration.AssertMistakes(
            $$"""{"box":"cryo",▸"{{new string('x', 100_000)}}":1}""",
            $"\"{new string('x', 80)}...\" is not known here; known are box, alias, mqtt, audit, state, locks, requests, signals, realtime, log, instruments, tasks.");
}
