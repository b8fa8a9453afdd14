using System.Diagnostics;
using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What a box does on a connect, at first and later, with brokers that remember and brokers that do not.</summary>
public class BirthTests
{
    private static readonly string[] Documents = ["info", "task/stage/info", "task/stage/state", "task/stage/status", "task/stage/settings", "task/stage/lock"];

    [Fact]
    public async Task A_box_describes_itself_at_once_at_the_first_connect_of_its_process()
    {
        var begun = Stopwatch.StartNew();
        await using var given = new GivenBridge(new BridgeOptions { BirthSpread = TimeSpan.FromHours(10) });

        Assert.True(begun.Elapsed < ChildProcess.Patience);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("311")]
    public async Task A_broker_that_forgot_the_box_gets_its_documents_after_a_while_and_requests_are_answered_meanwhile(string version)
    {
        // By its name this box waits longer than any test.
        var spread = TimeSpan.FromHours(10);
        Assert.True(BirthDelay.Of("box07", spread) > ChildProcess.Patience * 2);
        await using var given = new GivenBridge(new BridgeOptions { BirthSpread = spread }, version);
        given.Broker.Kill();
        given.Broker.Restart();
        using var supervisor = new Supervisor(given.Broker.Port, version: version);
        Assert.True(SpinWait.SpinUntil(() => given.Connection!.Session is { Number: 2 }, ChildProcess.Patience));

        // Until the box has subscribed again there is nobody to answer.
        Assert.True(SpinWait.SpinUntil(() => TryAsk(supervisor, given), ChildProcess.Patience));

        Assert.DoesNotContain(supervisor.Seen, seen => Documents.Select(given.Topic).Contains(seen.Topic));
        Assert.DoesNotContain(supervisor.Seen, seen => seen.Topic == given.Topic("state"));
    }

    [Fact]
    public async Task After_the_while_everything_is_there_and_the_box_online()
    {
        await using var given = new GivenBridge(new BridgeOptions { BirthSpread = TimeSpan.FromSeconds(1) });
        given.Broker.Kill();
        given.Broker.Restart();
        using var late = new Supervisor(given.Broker.Port, given.Topic("#"));

        late.WaitFor(given.Topic("state"), state => Text(state, "state") == "online" && Text(state, "conn") == "2");
        var online = late.Seen.ToList().FindIndex(seen => seen.Topic == given.Topic("state"));
        Assert.Superset(Documents.Select(given.Topic).ToHashSet(), late.Seen.Take(online).Select(seen => seen.Topic).ToHashSet());
        late.WaitFor(given.Topic("health"));
    }

    [Fact]
    public async Task A_broker_that_kept_the_session_gets_everything_at_once()
    {
        await using var given = new GivenBridge(new BridgeOptions { BirthSpread = TimeSpan.FromHours(10) });
        var from = given.Supervisor.Seen.Count;

        given.Connection!.Renew();

        given.Supervisor.WaitFor(given.Topic("state"), state => Text(state, "state") == "online" && Text(state, "conn") == "2", from);
        var online = given.Supervisor.Seen.Skip(from).ToList().FindIndex(seen => seen.Topic == given.Topic("state"));
        Assert.Superset(Documents.Select(given.Topic).ToHashSet(), given.Supervisor.Seen.Skip(from).Take(online).Select(seen => seen.Topic).ToHashSet());
    }

    [Fact]
    [Trait("rule", "MQTT-3.2")]
    public async Task A_broker_with_persistence_shows_the_same_after_a_kill_as_before()
    {
        using var broker = new MosquittoBroker("allow_anonymous true\npersistence true\nautosave_interval 1\nautosave_on_changes true");
        await using var given = new GivenBridge(new BridgeOptions { BirthSpread = TimeSpan.FromMilliseconds(100) }, broker: broker);
        var before = Retained(given);

        broker.Kill();
        broker.Restart();
        using (var late = new Supervisor(broker.Port, given.Topic("#")))
            late.WaitFor(given.Topic("state"), state => Text(state, "state") == "online" && Text(state, "conn") == "2" && Text(state, "boot") == given.Box.Boot);

        Assert.True(SpinWait.SpinUntil(() => Retained(given).SetEquals(before), ChildProcess.Patience));
    }

    [Fact]
    public async Task What_an_earlier_run_left_on_a_real_broker_is_gone_after_the_next_birth()
    {
        var folder = Directory.CreateTempSubdirectory("qmi-state-");
        using var broker = new MosquittoBroker("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0");
        string first;
        using (var disk = new FolderDisk(folder.FullName))
        {
            await using var given = new GivenBridge(broker: broker, box: new EdgeBoxOptions { State = disk, Alias = "east" });
            first = given.StageName;
            given.Box.Alarms.Raise("pump", AlarmSeverity.Warning, "PUMP_DRY", "The pump runs dry: fill it.");
            given.Supervisor.WaitFor(given.Topic("alarm/pump"));
        }

        using (var disk = new FolderDisk(folder.FullName))
        {
            await using var given = new GivenBridge(broker: broker, box: new EdgeBoxOptions { State = disk });
            bool IsClean()
            {
                using var late = new Supervisor(broker.Port, "qmi/#");
                late.WaitFor(given.Topic("task/stage/lock"));
                return !late.Seen.Any(seen => seen.Topic.Contains($"/{first}/", StringComparison.Ordinal) || seen.Topic.Contains("/alarm/pump", StringComparison.Ordinal) || seen.Topic.Contains("alias", StringComparison.Ordinal));
            }

            Assert.True(SpinWait.SpinUntil(IsClean, ChildProcess.Patience));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_box_is_not_online_while_the_broker_has_not_answered_its_subscriptions()
    {
        var answer = new ManualResetEventSlim();
        var sent = new List<string>();
        using var broker = new FakeBroker(connection =>
        {
            connection.Accept(connection.ReadConnect());
            while (true)
            {
                var (type, body) = connection.ReadPacket();
                var text = System.Text.Encoding.UTF8.GetString(body);
                lock (sent)
                    sent.Add(text);
                if (type == 0x82 && text.Contains("push", StringComparison.Ordinal))
                    answer.Wait();
                if (type == 0x82)
                    connection.Send(0x90, 4, body[0], body[1], 0, 1);
                else if (type is 0x32 or 0x33)
                    connection.Send([0x40, 2, .. PacketId(body)]);
            }
        });
        await using var box = new GivenTwin(broker.Port, "5", TimeSpan.FromSeconds(10));
        bool Sent(string part)
        {
            lock (sent)
                return sent.Exists(packet => packet.Contains(part, StringComparison.Ordinal));
        }

        Assert.True(SpinWait.SpinUntil(() => Sent("\"starting\"") && Sent("task/twin/settings") && Sent("push"), ChildProcess.Patience));
        Assert.False(SpinWait.SpinUntil(() => Sent("\"online\""), TimeSpan.FromMilliseconds(300)));
        answer.Set();
        Assert.True(SpinWait.SpinUntil(() => Sent("\"online\""), ChildProcess.Patience));
    }

    private static byte[] PacketId(byte[] body)
    {
        var length = body[0] << 8 | body[1];
        return body[(2 + length)..(4 + length)];
    }

    private static HashSet<string> Retained(GivenBridge given)
    {
        using var late = new Supervisor(given.Broker.Port, given.Topic("#"));
        late.WaitFor(given.Topic("state"));
        late.WaitFor(given.Topic("task/stage/lock"));
        return [.. late.Seen.Where(seen => seen.Retain).Select(seen => seen.Topic)];
    }

    private static bool TryAsk(Supervisor supervisor, GivenBridge given)
    {
        var from = supervisor.Seen.Count;
        supervisor.Publish(given.Topic("get/alice/stage/get_name"), null);
        return SpinWait.SpinUntil(() => supervisor.Seen.Skip(from).Any(seen => seen.Topic == given.Topic("reply/alice/stage/get_name")), TimeSpan.FromMilliseconds(200));
    }
}
