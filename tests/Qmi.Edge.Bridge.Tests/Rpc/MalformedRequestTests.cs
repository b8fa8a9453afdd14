using System.Globalization;
using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>
/// Whatever is sent gets one answer. To send as much as a release needs: <c>QMI_EDGE_ABUSE_PAYLOADS=1000000</c>; another million:
/// <c>QMI_EDGE_ABUSE_SEED=2</c>.
/// </summary>
[Collection(nameof(Alone))]
public class MalformedRequestTests(ITestOutputHelper output)
{
    private const int UsualPayloads = 60_000;
    private const int Callers = 16;

    private static readonly string[] Keys = ["args", "id", "reply_to", "timeout_ms", "lock", "fence", "if_rev", "if_boot", "wait", "progress_ms", "dry_run", "trace", "v"];

    private readonly Tally _tally = new(Callers, "requests");

    [Fact]
    public async Task Every_payload_of_the_corpus_gets_one_answer()
    {
        await using var given = new GivenAbuse(See);
        var generator = new PayloadGenerator(0, GivenAbuse.Members, Keys);
        string[] addresses = ["get/{0}/anvil/echo", "call/{0}/anvil/strike", "call/{0}/anvil/forge", "call/{0}/laboratory/set_settings", "call/{0}/laboratory/lock", "admin/{0}/_box/rename", "get/{0}/_box/describe"];

        foreach (var (name, payload) in Corpus.All)
        {
            foreach (var address in addresses)
            {
                var caller = Next();
                Send(given, caller, string.Format(CultureInfo.InvariantCulture, address, Tally.NameOf(caller)), generator.Substitute(payload, Tally.NameOf(caller)), new Wishes());
                Assert.True(given.Settle(() => _tally.IsSettled), $"No answer to {name} on {address}.");
                _tally.AssertRight($"{name} on {address}");
            }
        }

        AssertWorks(given);
    }

    [Fact]
    public async Task Everything_that_is_made_at_random_gets_one_answer_and_no_memory_is_lost()
    {
        await using var given = new GivenAbuse(See);
        var payloads = GivenAbuse.Count(UsualPayloads);
        var generator = new PayloadGenerator(GivenAbuse.Seed, GivenAbuse.Members, Keys) { OldIds = 2 };
        var methods = given.Box.Objects.Append(given.Box.FindObject("_box")!).ToDictionary(target => target.Name, target => target.Description.Methods.Select(method => method.Name).Order(StringComparer.Ordinal).ToArray());

        while (_tally.Sent < payloads && _tally.IsRight)
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                var address = AddressGenerator.Next(generator.Random, Tally.NameOf(caller), methods);
                Send(given, caller, address, generator.Next(Tally.NameOf(caller)), Wishes.Make(generator.Random, Tally.NameOf(caller)));
            }

            if (!given.Settle(() => _tally.IsSettled))
                break;
            _tally.Weigh(payloads);
        }

        _tally.AssertRight("At random");
        _tally.AssertNoGrowth(output);
        _tally.AssertAllSeen("OK", "BAD_JSON", "BAD_REQUEST", "BAD_ARGS", "NO_SUCH_METHOD", "NO_SUCH_OBJECT", "WRONG_VERB", "REPLY_TOPIC_FORBIDDEN", "RETAINED_REQUEST", "PAYLOAD_TOO_LARGE", "EXPIRED", "LOCK_LOST", "CONFLICT", "ID_REUSED", "UNSUPPORTED_VERSION");
        AssertWorks(given);
    }

    private void AssertWorks(GivenAbuse given)
    {
        var caller = Next();
        var before = _tally.CountOf("OK");
        Send(given, caller, $"get/{Tally.NameOf(caller)}/anvil/echo", """{"args":["still here"]}"""u8.ToArray(), new Wishes());
        Assert.True(given.SettleAtOnce(() => _tally.IsSettled), "The box does not answer any more.");
        _tally.AssertRight("At the end");
        Assert.Equal(before + 1, _tally.CountOf("OK"));
        given.AssertSound();
    }

    private int Next() => _tally.Sent % Callers;

    private void Send(GivenAbuse given, int caller, string address, byte[] payload, Wishes wishes)
    {
        _tally.Send(caller, () => $"{address} {Encoding.UTF8.GetString(payload)} {wishes}");
        given.Deliver(new MqttMessage
        {
            Topic = Encoding.UTF8.GetBytes($"qmi/v1/box/box07/{address}"),
            Payload = payload,
            Qos = MqttQos.AtLeastOnce,
            Retain = wishes.Retain,
            MessageExpiry = wishes.Expiry,
            ResponseTopic = wishes.ResponseTopic,
            CorrelationData = wishes.Correlation,
            UserProperties = new MqttUserProperties(wishes.Properties),
        });
    }

    // Documents too pass here, of which there is no more to be said than that they can be read.
    private void See(string topic, JsonElement content)
    {
        var levels = topic.Split('/');
        var index = Array.FindIndex(levels, level => level is "reply" or "client") + 1;
        if (levels is not ["qmi", "v1", "box", "box07", "reply", ..] and not ["qmi", "v1", "client", ..])
            return;
        if (!content.TryGetProperty("final", out var final) || !int.TryParse(levels[index][1..], CultureInfo.InvariantCulture, out var caller) || caller >= Callers)
        {
            // A lock that was forced is told to whoever had it.
            if (levels[^1] != "_lock")
                _tally.Blame($"Not a reply to anybody: {topic} {content}");
            return;
        }

        if (!final.GetBoolean())
            return;
        var code = Text(content, "ok") == "true" ? "OK" : Text(content, "error", "code") ?? "";
        if (code != "OK" && (ErrorCodes.FromWireName(code) is null or ErrorCode.Internal or ErrorCode.TaskError || Text(content, "error", "executed") is not ("no" or "yes" or "unknown")))
            _tally.Blame($"{topic}: {content.GetRawText()}");
        _tally.End(caller, code);
    }
}
