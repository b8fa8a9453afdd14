using System.Collections.Concurrent;
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
    private const long AllowedGrowth = 2 << 20;

    private static readonly string[] Keys = ["args", "id", "reply_to", "timeout_ms", "lock", "fence", "if_rev", "if_boot", "wait", "progress_ms", "dry_run", "trace", "v"];

    private readonly ConcurrentDictionary<string, long> _codes = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly int[] _finals = new int[Callers];
    private readonly int[] _sent = new int[Callers];
    private readonly string[] _last = new string[Callers];
    private int _answered;
    private int _asked;

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
                Send(given, caller, string.Format(CultureInfo.InvariantCulture, address, NameOf(caller)), generator.Substitute(payload, NameOf(caller)), new Wishes());
                Assert.True(given.Settle(() => _answered >= _asked), $"No answer to {name} on {address}.");
                Assert.True(_finals.SequenceEqual(_sent), $"{_finals[caller]} answers for {_sent[caller]} to {name} on {address}.");
                Assert.True(_wrong.IsEmpty, $"{name} on {address}: {string.Join('\n', _wrong)}");
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
        var before = TimeProvider.System.GetTimestamp();
        var memory = 0L;

        while (_asked < payloads)
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                var address = AddressGenerator.Next(generator.Random, NameOf(caller), methods);
                Send(given, caller, address, generator.Next(NameOf(caller)), Wishes.Make(generator.Random, NameOf(caller)));
            }

            Assert.True(given.Settle(() => _answered >= _asked), $"After {_asked} requests: {_answered} answers. {Unanswered}");
            if (!_finals.SequenceEqual(_sent) || !_wrong.IsEmpty)
                break;
            if (memory == 0 && _asked >= payloads / 10)
                memory = GC.GetTotalMemory(forceFullCollection: true);
        }

        var growth = GC.GetTotalMemory(forceFullCollection: true) - memory;
        foreach (var (code, count) in _codes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            output.WriteLine($"{code}: {count}");
        output.WriteLine($"{_asked} requests in {TimeProvider.System.GetElapsedTime(before).TotalSeconds:0.0} s; memory {memory / 1024} KiB after a tenth, {growth / 1024} KiB more at the end; {Environment.WorkingSet >> 20} MiB in all");
        Assert.Empty(_wrong.Take(10));
        Assert.Equal(_sent, _finals);
        Assert.True(growth < AllowedGrowth, $"{growth} bytes more after {_asked} requests than after a tenth of them.");
        // A generator that makes only one kind of nonsense proves little.
        Assert.All(["OK", "BAD_JSON", "BAD_REQUEST", "BAD_ARGS", "NO_SUCH_METHOD", "NO_SUCH_OBJECT", "WRONG_VERB", "REPLY_TOPIC_FORBIDDEN", "RETAINED_REQUEST", "PAYLOAD_TOO_LARGE", "EXPIRED", "LOCK_LOST", "CONFLICT", "ID_REUSED", "UNSUPPORTED_VERSION"], code => Assert.True(_codes.ContainsKey(code), $"Nothing was answered {code}."));
        AssertWorks(given);
    }

    private void AssertWorks(GivenAbuse given)
    {
        Assert.Empty(_wrong.Take(10));
        var caller = Next();
        var before = _codes.GetValueOrDefault("OK");
        Send(given, caller, $"get/{NameOf(caller)}/anvil/echo", """{"args":["still here"]}"""u8.ToArray(), new Wishes());
        Assert.True(given.Settle(() => _answered >= _asked), "The box does not answer any more.");
        Assert.Equal(before + 1, _codes["OK"]);
        Assert.Equal(_sent, _finals);
        given.AssertSound();
    }

    private string Unanswered => string.Join(' ', Enumerable.Range(0, Callers).Where(caller => _finals[caller] != _sent[caller]).Select(caller => $"{_finals[caller]} for {_sent[caller]}, the last was {_last[caller]}."));

    private int Next() => _asked % Callers;

    private static string NameOf(int caller) => $"c{caller}";

    private void Send(GivenAbuse given, int caller, string address, byte[] payload, Wishes wishes)
    {
        _sent[caller]++;
        _asked++;
        _last[caller] = $"{address} {Encoding.UTF8.GetString(payload)} {wishes}";
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
                _wrong.Enqueue($"Not a reply to anybody: {topic} {content}");
            return;
        }

        if (!final.GetBoolean())
            return;
        var code = Text(content, "ok") == "true" ? "OK" : Text(content, "error", "code") ?? "";
        _codes.AddOrUpdate(code, 1, static (_, count) => count + 1);
        if (code != "OK" && (ErrorCodes.FromWireName(code) is null or ErrorCode.Internal or ErrorCode.TaskError || Text(content, "error", "executed") is not ("no" or "yes" or "unknown")))
            _wrong.Enqueue($"{topic}: {Shorten(content.GetRawText())}");
        Interlocked.Increment(ref _finals[caller]);
        Interlocked.Increment(ref _answered);
    }

    private static string Shorten(string text) => text.Length <= 1000 ? text : text[..1000] + "...";
}
