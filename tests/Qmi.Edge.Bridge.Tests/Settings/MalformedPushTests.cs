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

    // Not "apply": a push for the next start waits for it, and the task goes on here.
    private static readonly string[] Keys = ["values", "id", "mode", "base_rev", "rebase", "expires", "confirm_ms", "note", "lock", "v"];

    private readonly Tally _tally = new(Callers, "pushes");
    private readonly string[] _newest = new string[Callers];
    private readonly bool[] _wasTakenBack = new bool[Callers];

    [Fact]
    public async Task Every_payload_of_the_corpus_gets_one_ack()
    {
        await using var given = new GivenAbuse(See);
        var generator = new PayloadGenerator(0, GivenAbuse.Members, Keys);

        foreach (var (name, payload) in Corpus.All)
        {
            var caller = _tally.Sent % Callers;
            Push(given, caller, generator.Substitute(payload, Tally.NameOf(caller)));
            Assert.True(given.Settle(() => _tally.IsSettled), $"No ack to {name}.");
            _tally.AssertRight(name);
        }

        AssertWorks(given);
    }

    [Fact]
    public async Task Everything_that_is_made_at_random_gets_one_ack_and_no_memory_is_lost()
    {
        await using var given = new GivenAbuse(See);
        var payloads = GivenAbuse.Count(UsualPayloads);
        var generator = new PayloadGenerator(GivenAbuse.Seed, GivenAbuse.Members, Keys);

        while (_tally.Sent < payloads && _tally.IsRight)
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                var payload = generator.Next(Tally.NameOf(caller));
                // An empty one is a push that was cleared, and a known one is answered like the one before: neither is a push.
                if (payload.Length > 0)
                    Push(given, caller, payload, isRetained: generator.Random.Next(10) == 0);
            }

            if (!given.Settle(() => _tally.IsSettled))
                break;
            _tally.Weigh(payloads);
        }

        _tally.AssertRight("At random");
        _tally.AssertNoGrowth(output);
        _tally.AssertAllSeen("applied", "superseded", "rejected BAD_JSON", "rejected BAD_ARGS", "rejected CONFLICT", "rejected RETAINED_REQUEST", "rejected PAYLOAD_TOO_LARGE");
        AssertWorks(given);
    }

    private void AssertWorks(GivenAbuse given)
    {
        var before = _tally.CountOf("applied");
        Push(given, 0, """{"id":"the last","values":{"setpoint":77.7}}"""u8.ToArray());
        Assert.True(given.Settle(() => _tally.IsSettled), "The task takes no settings any more.");
        _tally.AssertRight("At the end");
        Assert.Equal(before + 1, _tally.CountOf("applied"));
        given.AssertSound();
    }

    private void Push(GivenAbuse given, int caller, byte[] payload, bool isRetained = false)
    {
        _tally.Send(caller, () => $"{Encoding.UTF8.GetString(payload)} ({(isRetained ? "retained" : "live")})");
        given.Deliver(new MqttMessage { Topic = Encoding.UTF8.GetBytes($"qmi/v1/box/box07/task/laboratory/push/{Tally.NameOf(caller)}"), Payload = payload, Qos = MqttQos.AtLeastOnce, Retain = isRetained });
    }

    private void See(string topic, JsonElement content)
    {
        if (topic.Split('/') is not ["qmi", "v1", "box", "box07", "task", "laboratory", "ack", var name])
            return;
        var caller = int.Parse(name[1..], CultureInfo.InvariantCulture);
        var (state, code) = (Text(content, "state"), Text(content, "code"));
        _tally.Tell(caller, content.GetRawText());
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
        if (state is not ("applied" or "rejected" or "failed" or "superseded" or "expired") || (code is not null && ErrorCodes.FromWireName(code) is null or ErrorCode.Internal or ErrorCode.TaskError))
            _tally.Blame($"{topic}: {content.GetRawText()}");
        _tally.End(caller, code is null ? $"{state}" : $"{state} {code}");
    }
}
