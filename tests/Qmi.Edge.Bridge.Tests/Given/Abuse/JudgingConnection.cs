using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>
/// A connection that keeps nothing and judges everything: what is published must be something that a broker and a client library take. The test
/// plays its thread: it delivers messages, and acknowledges documents when it likes, replies at once.
/// </summary>
internal sealed class JudgingConnection(int longestPayload, Action<string, JsonElement> see) : IMqttConnection
{
    private readonly ConcurrentQueue<long> _unacknowledged = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private IMqttEvents? _events;
    private volatile MqttSession? _session;

    /// <summary>What no client library would have sent, or no reader could have read.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public MqttSession? Session => _session;

    public void Start(IMqttEvents events)
    {
        _events = events;
        _session = new MqttSession { ProtocolVersion = MqttProtocolVersion.V5, SessionPresent = false, Number = 1, KeepAlive = TimeSpan.FromSeconds(10), SessionExpiry = TimeSpan.Zero };
        events.OnConnected(_session);
    }

    /// <summary>A message arrives.</summary>
    public void Deliver(in MqttMessage message) => _events!.OnMessage(message);

    /// <summary>The broker has what was published so far.</summary>
    public void Acknowledge()
    {
        while (_unacknowledged.TryDequeue(out var token))
            _events!.OnAcknowledged(token, MqttReason.Success);
    }

    public bool TryPublish(in MqttPublication publication)
    {
        var topic = Encoding.UTF8.GetString(publication.Topic);
        try
        {
            publication.ThrowIfInvalid();
            ThrowIfRefused(publication);
            if (publication.Payload.Length > 0)
                see(topic, Read(publication.Payload, mayQuote: topic.Contains("/reply/", StringComparison.Ordinal) || topic.Contains("/client/", StringComparison.Ordinal) || topic.Contains("/ack/", StringComparison.Ordinal)));
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or InvalidOperationException)
        {
            _faults.Enqueue($"{Shorten(topic)}: {exception.Message}");
        }

        // A broker has a reply long before the clock, which the test turns in leaps, makes it late.
        if (publication.Token >= ReplySender.FirstToken)
            _events!.OnAcknowledged(publication.Token, MqttReason.Success);
        else if (publication.Token != 0)
            _unacknowledged.Enqueue(publication.Token);
        return true;
    }

    public bool TrySubscribe(MqttSubscription subscription)
    {
        _events!.OnSubscribed(subscription, MqttReason.GrantedQos1);
        return true;
    }

    public bool TryUnsubscribe(string filter)
    {
        _events!.OnUnsubscribed(filter, MqttReason.Success);
        return true;
    }

    public long Renew() => 1;

    public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience) => new(true);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // What libmosquitto answers MOSQ_ERR_MALFORMED_UTF8 to, although it is UTF-8.
    private void ThrowIfRefused(in MqttPublication publication)
    {
        foreach (var rune in Encoding.UTF8.GetString(publication.Topic).EnumerateRunes())
        {
            if (rune.Value is < 0x20 or (>= 0x7F and <= 0x9F) or (>= 0xFDD0 and <= 0xFDEF) || (rune.Value & 0xFFFE) == 0xFFFE)
                throw new ArgumentException($"U+{rune.Value:X4} in a topic.");
        }

        if (publication.Payload.Length > longestPayload)
            throw new ArgumentException($"A payload of {publication.Payload.Length} bytes.");
        if (publication.PayloadIsUtf8 && !Utf8.IsValid(publication.Payload))
            throw new ArgumentException("A payload that says it is UTF-8 and is not.");
    }

    // An answer may quote what was sent, in which a name may come twice; in what it says itself none may.
    private static JsonElement Read(ReadOnlySpan<byte> payload, bool mayQuote)
    {
        var root = JsonElement.Parse(payload, new JsonDocumentOptions { AllowDuplicateProperties = mayQuote });
        if (root.ValueKind == JsonValueKind.Object && root.EnumerateObject().CountBy(member => member.Name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
            throw new JsonException($"\"{twice}\" comes twice.");
        ReadAll(root);
        return root;
    }

    // Parsing does not look into strings.
    private static void ReadAll(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
            value.GetString();
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                ReadAll(item);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
                ReadAll(member.Value);
        }
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
