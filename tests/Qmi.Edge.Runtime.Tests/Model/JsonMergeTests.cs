using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class JsonMergeTests
{
    // RFC 7396, appendix A: all examples in their order.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""["a","b"]""", """["c","d"]""", """["c","d"]""")]
    [InlineData("""{"a":"b"}""", """["c"]""", """["c"]""")]
    [InlineData("""{"a":"foo"}""", """null""", """null""")]
    [InlineData("""{"a":"foo"}""", "\"bar\"", "\"bar\"")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void The_examples_of_the_RFC_hold(string target, string patch, string expected)
    {
        var merged = JsonMerge.Apply(CallTests.Json(target), CallTests.Json(patch));

        Assert.True(JsonElement.DeepEquals(CallTests.Json(expected), merged), $"expected {expected}, got {merged.GetRawText()}");
    }

    [Fact]
    public void Neither_value_is_changed_and_the_result_outlives_both()
    {
        JsonElement merged;
        using (var target = JsonDocument.Parse("""{"a":{"b":1,"c":2}}"""))
        using (var patch = JsonDocument.Parse("""{"a":{"b":3}}"""))
        {
            merged = JsonMerge.Apply(target.RootElement, patch.RootElement);
            Assert.Equal("""{"a":{"b":1,"c":2}}""", target.RootElement.GetRawText());
        }

        Assert.Equal("""{"a":{"c":2,"b":3}}""", merged.GetRawText());
    }

    [Fact]
    public void Numbers_and_text_go_through_as_they_were_written()
    {
        var merged = JsonMerge.Apply(CallTests.Json("""{"a":1.10,"b":"é\u0000"}"""), CallTests.Json("""{"c":1e400,"d":12345678901234567890123}"""));

        Assert.Equal("""{"a":1.10,"b":"é\u0000","c":1e400,"d":12345678901234567890123}""", merged.GetRawText());
    }
}
