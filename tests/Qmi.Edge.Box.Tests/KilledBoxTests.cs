using System.Text.Json;

namespace Qmi.Edge.Box.Tests;

/// <summary>A whole process with a real disk and a real broker, killed at moments of chance while settings are pushed to it.</summary>
public sealed class KilledBoxTests : IDisposable
{
    private const string Stage = "qmi/v1/box/killed/task/stage";
    private const int Rounds = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly MosquittoBroker _broker = new("allow_anonymous true\nmax_queued_messages 0");
    private readonly Random _random = new(20260921);

    public void Dispose()
    {
        _broker.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Trait("rule", "SET-5")]
    [Trait("rule", "MQTT-3.12")]
    public void No_acknowledged_push_is_lost_and_none_is_applied_twice_however_often_the_box_is_killed()
    {
        using var supervisor = new Supervisor(_broker.Port);
        var rates = new Dictionary<string, int>();
        var box = Run();
        try
        {
            for (var round = 1; round <= Rounds; round++)
            {
                var newest = $"p-{round}";
                rates[newest] = round;
                supervisor.Publish($"{Stage}/push/alice", Push(newest, round));
                Thread.Sleep(_random.Next(40));
                box.Kill();
                box.WaitForExit();
                box.Dispose();
                var told = Acks(supervisor);
                var from = supervisor.Seen.Count;
                box = Run();

                var document = supervisor.WaitFor($"{Stage}/settings", from: from).Json;
                var reported = document.GetProperty("reported");
                var (revision, head) = (reported.GetProperty("rev").GetInt64(), document.GetProperty("head_rev").GetInt64());
                if (reported.TryGetProperty("id", out var id))
                    Assert.Equal(rates[id.GetString()!], reported.GetProperty("values").GetProperty("rate").GetInt32());
                Assert.True(told.All(ack => ack.State != "applied" || ack.Revision <= revision), $"Round {round}: {string.Join(", ", told)} was told, {revision} is in effect.");
                Assert.True(told.All(ack => ack.Revision <= head), $"Round {round}: head_rev went back to {head}.");

                // What is pushed before the box listens again is lost, like anything that nobody listens to.
                supervisor.WaitFor("qmi/v1/box/killed/state", state => Text(state, "state") == "online", from);
                // Whoever has no final answer sends the same push again, and has it then.
                supervisor.Publish($"{Stage}/push/alice", Push(newest, round));
                supervisor.WaitFor($"{Stage}/ack/alice", ack => Text(ack, "id") == newest && Text(ack, "state") == "applied");
            }
        }
        finally
        {
            box.Dispose();
        }

        Assert.All(Acks(supervisor).GroupBy(ack => ack.Id), acks => Assert.Single(acks.Select(ack => ack.Revision).Distinct()));
    }

    private ChildProcess Run()
    {
        var file = _folder.Write("box.json", """{"box":"killed","mqtt":{"host":"127.0.0.1","port":PORT},"state":{"folder":"state"},"tasks":{"stage":{"type":"follower","loop":{"period_ms":5}}}}""".Replace("PORT", $"{_broker.Port}"));
        var box = new ChildProcess(Environment.ProcessPath!, "box", "run", file);
        box.WaitForLine("Box killed runs with 1 objects");
        return box;
    }

    private static string Push(string id, int rate) => $$$"""{"id":"{{{id}}}","values":{"rate":{{{rate}}}}}""";

    private static List<(string? Id, string? State, long Revision)> Acks(Supervisor supervisor) =>
        [.. supervisor.Seen.Where(seen => seen.Topic == $"{Stage}/ack/alice" && seen.Payload.Length > 0).Select(seen => seen.Json).Select(ack => (Text(ack, "id"), Text(ack, "state"), ack.GetProperty("rev").GetInt64()))];

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
