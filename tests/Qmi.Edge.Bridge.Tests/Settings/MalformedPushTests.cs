using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>
/// Whatever is pushed gets one ack that ends it. To push as much as a release needs: <c>QMI_EDGE_ABUSE_PAYLOADS=1000000</c>; another million:
/// <c>QMI_EDGE_ABUSE_SEED=2</c>.
/// </summary>
[Collection(nameof(Alone))]
public class MalformedPushTests(ITestOutputHelper output)
{
    private const int UsualPayloads = 20_000;
    private const int Callers = 8;
    private const long AllowedGrowth = 2 << 20;

    // Not "apply": a push for the next start waits for it, and the task goes on here.
    private static readonly string[] Keys = ["values", "id", "mode", "base_rev", "rebase", "expires", "confirm_ms", "note", "lock", "v"];

    private readonly ConcurrentDictionary<string, long> _states = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly int[] _finals = new int[Callers];
    private readonly int[] _sent = new int[Callers];
    private readonly string[] _last = new string[Callers];
    private readonly string[] _newest = new string[Callers];
    private readonly bool[] _wasTakenBack = new bool[Callers];
    private readonly ConcurrentQueue<string>[] _told = new ConcurrentQueue<string>[Callers];
    private int _answered;
    private int _pushed;

    [Fact]
    public async Task Every_payload_of_the_corpus_gets_one_ack()
    {
        await using var given = new GivenAbuse(See);
        var generator = new PayloadGenerator(0, GivenAbuse.Members, Keys);

        foreach (var (name, payload) in Corpus.All)
        {
            var caller = _pushed % Callers;
            Push(given, caller, generator.Substitute(payload, NameOf(caller)));
            Assert.True(given.Settle(() => _answered >= _pushed), $"No ack to {name}.");
            Assert.True(_finals.SequenceEqual(_sent), $"{_finals[caller]} acks for {_sent[caller]} to {name}.");
            Assert.True(_wrong.IsEmpty, $"{name}: {string.Join('\n', _wrong)}");
        }

        AssertWorks(given);
    }

    [Fact]
    public async Task Everything_that_is_made_at_random_gets_one_ack_and_no_memory_is_lost()
    {
        await using var given = new GivenAbuse(See);
        var payloads = GivenAbuse.Count(UsualPayloads);
        var generator = new PayloadGenerator(GivenAbuse.Seed, GivenAbuse.Members, Keys);
        var before = TimeProvider.System.GetTimestamp();
        var memory = 0L;

        while (_pushed < payloads)
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                var payload = generator.Next(NameOf(caller));
                // An empty one is a push that was cleared, and a known one is answered like the one before: neither is a push.
                if (payload.Length > 0)
                    Push(given, caller, payload, isRetained: generator.Random.Next(10) == 0);
            }

            Assert.True(given.Settle(() => _answered >= _pushed), $"After {_pushed} pushes: {_answered} acks.");
            Assert.True(_finals.SequenceEqual(_sent), $"After {_pushed} pushes: {Unequal}");
            if (!_wrong.IsEmpty)
                break;
            if (memory == 0 && _pushed >= payloads / 10)
                memory = GC.GetTotalMemory(forceFullCollection: true);
        }

        var growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        foreach (var (state, count) in _states.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            output.WriteLine($"{state}: {count}");
        output.WriteLine($"{_pushed} pushes in {TimeProvider.System.GetElapsedTime(before).TotalSeconds:0.0} s; memory {memory / 1024} KiB after a tenth, {growth / 1024} KiB more at the end; {Environment.WorkingSet >> 20} MiB in all");
        Assert.Empty(_wrong.Take(10));
        Assert.Equal(_sent, _finals);
        Assert.True(growth < AllowedGrowth, $"{growth} bytes more after {_pushed} pushes than after a tenth of them.");
        Assert.All(["applied", "superseded", "rejected BAD_JSON", "rejected BAD_ARGS", "rejected CONFLICT", "rejected RETAINED_REQUEST", "rejected PAYLOAD_TOO_LARGE"], state => Assert.True(_states.ContainsKey(state), $"No push was {state}."));
        AssertWorks(given);
    }

    private void AssertWorks(GivenAbuse given)
    {
        var before = _states.GetValueOrDefault("applied");
        Push(given, 0, """{"id":"the last","values":{"setpoint":77.7}}"""u8.ToArray());
        Assert.True(given.Settle(() => _answered >= _pushed), "The task takes no settings any more.");
        Assert.Equal(before + 1, _states["applied"]);
        Assert.Equal(_sent, _finals);
        given.AssertSound();
    }

    private string Unequal => string.Join(' ', Enumerable.Range(0, Callers).Where(caller => _finals[caller] != _sent[caller]).Select(caller => $"{_finals[caller]} for {_sent[caller]}, the last was {_last[caller]} and was told {string.Join(", ", _told[caller])}."));

    private static string NameOf(int caller) => $"c{caller}";

    private void Push(GivenAbuse given, int caller, byte[] payload, bool isRetained = false)
    {
        _sent[caller]++;
        _pushed++;
        _last[caller] = $"{Encoding.UTF8.GetString(payload)} ({(isRetained ? "retained" : "live")})";
        _told[caller] = [];
        given.Deliver(new MqttMessage { Topic = Encoding.UTF8.GetBytes($"qmi/v1/box/box07/task/laboratory/push/{NameOf(caller)}"), Payload = payload, Qos = MqttQos.AtLeastOnce, Retain = isRetained });
    }

    private void See(string topic, JsonElement content)
    {
        if (topic.Split('/') is not ["qmi", "v1", "box", "box07", "task", "laboratory", "ack", var name])
            return;
        var caller = int.Parse(name[1..], CultureInfo.InvariantCulture);
        var (state, code) = (Text(content, "state"), Text(content, "code"));
        _told[caller].Enqueue(content.GetRawText());
        // "pending" comes before the one that ends it, "rolled_back" behind: settings that nobody has confirmed.
        if (state is "pending" or "rolled_back")
        {
            _wasTakenBack[caller] |= state == "rolled_back";
            return;
        }

        // When an older push was taken back, the newest answer is said once more, so that it is the one that the broker keeps.
        var said = string.Join(',', content.EnumerateObject().Where(member => member.Name is not ("seq" or "head_rev")).Select(member => member.Value.GetRawText()));
        var isRepeated = _wasTakenBack[caller] && said == _newest[caller];
        (_wasTakenBack[caller], _newest[caller]) = (false, said);
        if (isRepeated)
            return;
        _states.AddOrUpdate(code is null ? $"{state}" : $"{state} {code}", 1, static (_, count) => count + 1);
        if (state is not ("applied" or "rejected" or "failed" or "superseded" or "expired") || (code is not null && ErrorCodes.FromWireName(code) is null or ErrorCode.Internal or ErrorCode.TaskError))
            _wrong.Enqueue($"{topic}: {content.GetRawText()}");
        Interlocked.Increment(ref _finals[caller]);
        Interlocked.Increment(ref _answered);
    }
}
