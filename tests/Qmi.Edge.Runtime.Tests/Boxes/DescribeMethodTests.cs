using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class DescribeMethodTests
{
    [Fact]
    public async Task All_objects_are_described_when_none_is_named()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });

        var all = await DescribeAsync(given, "{}");

        Assert.Equal(["task", "_box"], all.EnumerateObject().Select(member => member.Name));
        Assert.Equal((await DescribeAsync(given, """{"object":"task"}""")).GetRawText(), all.GetProperty("task").GetRawText());
    }

    [Fact]
    public async Task What_answers_with_settings_or_status_refers_to_them()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });

        var methods = (await DescribeAsync(given, """{"object":"task"}""")).GetProperty("methods");

        Assert.Equal("""{"$ref":"#/settings"}""", methods.GetProperty("get_settings").GetProperty("result").GetRawText());
        Assert.Equal("""{"anyOf":[{"$ref":"#/settings"},{"type":"null"}]}""", methods.GetProperty("get_pending_settings").GetProperty("result").GetRawText());
        Assert.Equal("""{"anyOf":[{"$ref":"#/status"},{"type":"null"}]}""", methods.GetProperty("get_status").GetProperty("result").GetRawText());
    }

    [Fact]
    public async Task An_object_is_described_before_there_is_one_as_it_will_be()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });
        var description = given.Box.FindObject("task")!.Description;

        var before = given.Box.FindObject("task")!.Type.Describe("task");

        Assert.Equal(DescriptionDocument.GetHash(description), DescriptionDocument.GetHash(before));
        Assert.Equal(description.Signals.Select(signal => signal.Name), before.Signals.Select(signal => signal.Name));
    }

    [Fact]
    public async Task A_format_that_was_added_is_given_the_objects()
    {
        await using var given = new GivenBox();
        given.Task(_ => { });
        given.Box.AddFormat("names", (writer, objects) => writer.WriteStringValue(string.Join(' ', objects.Select(description => description.Name))));

        Assert.Equal("task _box", (await DescribeAsync(given, """{"format":"names"}""")).GetString());
        Assert.Equal("task", (await DescribeAsync(given, """{"format":"names","object":"task"}""")).GetString());
        Assert.Contains("\"native\"", Assert.Throws<ArgumentException>(() => given.Box.AddFormat("native", (_, _) => { })).Message);
    }

    [Theory]
    [InlineData("""{"format":"nativ"}""", "BAD_ARGS", "There is no format \"nativ\" (did you mean \"native\"?); there are native.")]
    [InlineData("""{"object":"tisk"}""", "NO_SUCH_OBJECT", "There is no object \"tisk\" in this box (did you mean \"task\"?).")]
    public async Task What_is_not_there_is_told_with_what_is(string arguments, string code, string message)
    {
        await using var given = new GivenBox();
        given.Task(_ => { });

        var reply = await CallTests.Ask(given, "_box", "describe", RpcAccess.Read, arguments);

        Assert.Equal((code, message), (reply.Error!.Code.GetWireName(), reply.Error.Message));
    }

    private static async Task<JsonElement> DescribeAsync(GivenBox given, string arguments)
    {
        var reply = await CallTests.Ask(given, "_box", "describe", RpcAccess.Read, arguments);
        return CallTests.Json(Encoding.UTF8.GetString(reply.Result.Span));
    }
}
