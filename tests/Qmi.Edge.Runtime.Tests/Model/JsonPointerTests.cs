namespace Qmi.Edge.Runtime.Tests;

public class JsonPointerTests
{
    // RFC 6901, section 5.
    private const string Example = """{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}""";

    [Theory]
    [InlineData("", Example)]
    [InlineData("/foo", """["bar","baz"]""")]
    [InlineData("/foo/0", "\"bar\"")]
    [InlineData("/", "0")]
    [InlineData("/a~1b", "1")]
    [InlineData("/c%d", "2")]
    [InlineData("/e^f", "3")]
    [InlineData("/g|h", "4")]
    [InlineData("/i\\j", "5")]
    [InlineData("/k\"l", "6")]
    [InlineData("/ ", "7")]
    [InlineData("/m~0n", "8")]
    public void The_examples_of_the_RFC_hold(string path, string expected) =>
        Assert.Equal(expected, JsonPointer.Find(CallTests.Json(Example), path)?.GetRawText());

    [Theory]
    [InlineData("/bar")]
    [InlineData("/foo/2")]
    [InlineData("/foo/-")]
    [InlineData("/foo/-1")]
    [InlineData("/foo/+1")]
    [InlineData("/foo/ 1")]
    [InlineData("/foo/01")]
    [InlineData("/foo/00")]
    [InlineData("/foo/1e0")]
    [InlineData("/foo/99999999999")]
    [InlineData("/foo/0/deeper")]
    [InlineData("/a~1b/deeper")]
    public void A_pointer_to_nothing_finds_nothing(string path) =>
        Assert.Null(JsonPointer.Find(CallTests.Json(Example), path));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a/b", "a~1b")]
    [InlineData("m~n", "m~0n")]
    [InlineData("~1", "~01")]
    [InlineData("", "")]
    public void A_name_survives_being_a_step(string name, string escaped)
    {
        Assert.Equal(escaped, JsonPointer.Escape(name));
        Assert.Equal([name, name], JsonPointer.Steps($"/{escaped}/{escaped}"));
    }

    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("""{"a":1,"b":2}""", """{"b":2,"a":1}""")]
    public void What_means_the_same_does_not_differ(string left, string right) =>
        Assert.Empty(JsonPointer.Differences(CallTests.Json(left), CallTests.Json(right)));

    [Fact]
    public void Differences_are_the_deepest_places_in_order_and_lists_differ_as_a_whole()
    {
        var left = CallTests.Json("""{"same":1,"changed":1,"gone":1,"in":{"same":1,"changed":1},"list":[1,2],"a/b":1}""");
        var right = CallTests.Json("""{"same":1,"changed":2,"in":{"same":1,"changed":{}},"list":[1,3],"a/b":2,"new":1}""");

        Assert.Equal(["/changed", "/gone", "/in/changed", "/list", "/a~1b", "/new"], JsonPointer.Differences(left, right));
        Assert.Equal([""], JsonPointer.Differences(left, CallTests.Json("[]")));
    }
}
