using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>Bumps the stage; some bumps take a while, so that something is killed in the middle of them.</summary>
internal sealed class ChaosCaller(int port, string name, ChaosSeed seed, History history) : ChaosWorker(port, name, seed, history, $"{Box}reply/{name}/#")
{
    protected override void Ask(int number)
    {
        var id = $"{Name}-{number}";
        var hold = Choices.Next(4) == 0 ? Choices.Next(20, 150) : 0;
        var (answer, attempts) = Call(id, "stage", "bump", $$$"""
            "args":{"hold_ms":{{{hold}}}}
            """);
        History.Requests.Enqueue(answer is { } reply ? new EndedRequest(id, CodeOf(reply), ExecutedOf(reply), attempts) : new EndedRequest(id, null, "", attempts));
    }

    protected override string? FindAnswered(PlainMessage message, JsonElement payload)
    {
        if (!payload.TryGetProperty("final", out var final) || !final.GetBoolean() || !payload.TryGetProperty("id", out var id))
            return null;
        // What is only about the moment is not remembered, and may be followed by another answer.
        if (CodeOf(payload) is not ("BUSY" or "SHUTTING_DOWN"))
            History.Replies.Enqueue(new SeenReply(id.GetString()!, payload.GetProperty(payload.GetProperty("ok").GetBoolean() ? "result" : "error").GetRawText()));
        return id.GetString();
    }

    private static string ExecutedOf(JsonElement reply) => reply.GetProperty("ok").GetBoolean() ? "yes" : reply.GetProperty("error").GetProperty("executed").GetString()!;
}
