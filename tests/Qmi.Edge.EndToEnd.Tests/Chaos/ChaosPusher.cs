using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>
/// Pushes settings of the stage, both members set to the same value, so that a mixture shows. One kind pushes what it wants; the other retains its
/// pushes, as for a box that is away, and says on which revision they are based.
/// </summary>
internal sealed class ChaosPusher(int port, string name, ChaosSeed seed, History history, bool retains)
    : ChaosWorker(port, name, seed, history, $"{Box}task/stage/ack/{name}", $"{Box}task/stage/settings")
{
    private long _head;

    protected override void Ask(int number)
    {
        var id = $"{Name}-{number}";
        // 50 Hz is what the stage refuses, and a gain above 9 makes it fail.
        var value = Choices.Next(1, 49);
        var guard = retains ? $"\"base_rev\":{Volatile.Read(ref _head)}," : "";
        var gain = (value / 10.0).ToString(CultureInfo.InvariantCulture);
        var (answer, _) = AskUntilAnswered(id, $"{Box}task/stage/push/{Name}", $$$"""{"id":"{{{id}}}",{{{guard}}}"values":{"rate_hz":{{{value}}},"gain":{{{gain}}}}}""", retains);
        History.Pushes.Enqueue(new EndedPush(
            id,
            answer?.GetProperty("state").GetString(),
            answer is { } ack && ack.TryGetProperty("code", out var code) ? code.GetString() : null,
            answer is { } given && given.TryGetProperty("rev", out var revision) ? revision.GetInt64() : null,
            value));
        Thread.Sleep(Choices.Next(20, 100));
    }

    protected override string? FindAnswered(PlainMessage message, JsonElement payload)
    {
        if (message.Topic.EndsWith("/settings", StringComparison.Ordinal))
        {
            Volatile.Write(ref _head, payload.GetProperty("head_rev").GetInt64());
            return null;
        }

        return payload.GetProperty("state").GetString() == "pending" ? null : payload.GetProperty("id").GetString();
    }
}
