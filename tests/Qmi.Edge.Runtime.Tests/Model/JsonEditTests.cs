using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class JsonEditTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"b":1}""")]
    [InlineData("""{"a":null}""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """{"a":null}""")]
    [InlineData("""{"a":{"b":{"c":1},"d":2}}""", """{"a":{"b":{"c":3,"e":[1,2]}}}""")]
    [InlineData("""{"a/b":{"~":1}}""", """{"a/b":{"~":2}}""")]
    [InlineData("""{"a":{}}""", """{"a":1}""")]
    [InlineData("""{"a":[1,{"b":2}]}""", """{"a":[1,{"b":3}]}""")]
    [InlineData("""{"a":1.50,"b":12345678901234567890}""", """{"a":1.50,"b":12345678901234567891}""")]
    [InlineData("1", "2")]
    public void What_was_changed_can_be_changed_back(string before, string after)
    {
        var (old, @new) = (Json(before), Json(after));

        Assert.Equal(after, JsonEdit.Apply(old, JsonEdit.Between(old, @new)).GetRawText());
        Assert.True(JsonElement.DeepEquals(old, JsonEdit.Apply(@new, JsonEdit.Between(@new, old))));
    }

    [Fact]
    public void What_others_have_set_stays()
    {
        var undo = JsonEdit.Between(Json("""{"a":2,"b":1}"""), Json("""{"a":1,"b":1}"""));

        Assert.Equal("""{"a":1,"b":5,"c":6}""", JsonEdit.Apply(Json("""{"a":2,"b":5,"c":6}"""), undo).GetRawText());
    }

    [Fact]
    public void A_place_whose_surroundings_are_gone_is_left_alone()
    {
        var undo = JsonEdit.Between(Json("""{"a":{"b":2}}"""), Json("""{"a":{"b":1}}"""));

        Assert.Equal("""{"a":7}""", JsonEdit.Apply(Json("""{"a":7}"""), undo).GetRawText());
        Assert.Equal("{}", JsonEdit.Apply(Json("{}"), undo).GetRawText());
        Assert.Equal("[]", JsonEdit.Apply(Json("[]"), undo).GetRawText());
    }

    [Fact]
    public void What_is_no_longer_said_changes_nothing()
    {
        Assert.Empty(GivenEdits.Of(Json("""{"a":1,"b":2}"""), Json("""{"a":1}""")));
        Assert.Empty(GivenEdits.Of(Json("""{"a":1}"""), default));
        Assert.Equal(["/b"], GivenEdits.Of(Json("""{"a":1,"b":2}"""), Json("""{"b":3}""")).Select(edit => edit.Path));
        Assert.Equal(["/a"], GivenEdits.Of(default, Json("""{"a":1}""")).Select(edit => edit.Path));
    }

    private static JsonElement Json(string text) => CallTests.Json(text);
}
