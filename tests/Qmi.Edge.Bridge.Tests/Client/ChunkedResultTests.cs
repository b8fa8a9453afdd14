using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class ChunkedResultTests
{
    private const string TooLarge = """
        "details":{"bytes":40,"limit":10}
        """;

    [Fact]
    [Trait("rule", "MQTT-2.3.2")]
    [Trait("rule", "MQTT-3.22")]
    public async Task A_result_that_is_too_large_for_one_message_is_fetched_in_pieces()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        var sample = $$"""{"value":1.5,"tags":[{{string.Join(',', Enumerable.Range(0, 100))}}]}""";
        given.Connection.Box = request => Answer(given, request, sample);

        var result = await given.Worker.DescribeAsync(1.5, Mode.Coarse, cancellationToken: TestContext.Current.CancellationToken).WaitAsync(GivenScriptedClient.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 100), result!.Tags);
        var pieces = given.Connection.Requests.Skip(1).ToList();
        Assert.Equal((sample.Length + 9) / 10, pieces.Count);
        Assert.All(pieces, piece => Assert.Equal(("qmi/v1/box/box07/get/alice/_box/op_result", given.Request(1).Id), (piece.Topic, piece.Json.GetProperty("args").GetProperty("op").GetString())));
    }

    [Fact]
    public async Task A_result_larger_than_the_client_wants_is_not_fetched()
    {
        await using var given = await GivenScriptedClient.StartAsync(change: options => options with { MaximumResultBytes = 20 });
        given.Connection.Box = request => Answer(given, request, new string('1', 21));

        var error = await GivenScriptedClient.FailsAsync(given.Meter.GetValueAsync(TestContext.Current.CancellationToken));

        Assert.Equal((ErrorCode.ResultTooLarge, Executed.Yes, 21L, 20L), (error.Code, error.Executed, error.Details["bytes"], error.Details["limit"]));
        Assert.Equal(2, given.Connection.Requests.Count);
    }

    [Theory]
    [InlineData("""{"op":"x","bytes":40,"chunk":"[1,","next":0}""")]
    [InlineData("""{"op":"x","bytes":40,"chunk":"[1,","next":null}""")]
    public async Task Pieces_that_do_not_make_a_result_are_an_error(string piece)
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request =>
        {
            if (request.Topic.EndsWith("op_result", StringComparison.Ordinal))
                given.Connection.ReplyResult(request, piece);
            else
                given.Connection.ReplyError(request, "RESULT_TOO_LARGE", TooLarge);
        };

        await GivenScriptedClient.FailsAsync(given.Meter.GetValueAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_piece_that_cannot_be_had_is_the_error_of_the_call()
    {
        await using var given = await GivenScriptedClient.StartAsync();
        given.Connection.Box = request => given.Connection.ReplyError(request, request.Topic.EndsWith("op_result", StringComparison.Ordinal) ? "NO_SUCH_METHOD" : "RESULT_TOO_LARGE", TooLarge);

        Assert.Equal(ErrorCode.NoSuchMethod, (await GivenScriptedClient.FailsAsync(given.Meter.GetValueAsync(TestContext.Current.CancellationToken))).Code);
    }

    private static void Answer(GivenScriptedClient given, ClientPublication request, string whole)
    {
        if (!request.Topic.EndsWith("op_result", StringComparison.Ordinal))
        {
            given.Connection.ReplyError(request, "RESULT_TOO_LARGE", TooLarge);
            return;
        }

        var offset = request.Json.GetProperty("args").GetProperty("offset").GetInt32();
        var end = Math.Min(offset + 10, whole.Length);
        given.Connection.ReplyResult(request, $$"""{"op":"x","bytes":{{whole.Length}},"chunk":"{{JsonEncodedText.Encode(whole[offset..end])}}","next":{{(end < whole.Length ? $"{end}" : "null")}}}""");
    }
}
