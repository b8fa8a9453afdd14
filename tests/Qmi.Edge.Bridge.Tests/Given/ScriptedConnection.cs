using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What a client has published.</summary>
internal sealed record ClientPublication(string Topic, string Payload, bool Retain, long Token, string ResponseTopic, string Correlation, uint? Expiry)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Payload);
            return document.RootElement.Clone();
        }
    }

    public string Id => Json.GetProperty("id").GetString()!;
}

/// <summary>A connection that nothing is behind but the test: it sees what is published, and says what comes.</summary>
internal sealed class ScriptedConnection(MqttProtocolVersion version = MqttProtocolVersion.V5) : IMqttConnection
{
    private readonly ConcurrentQueue<ClientPublication> _published = new();
    private readonly ConcurrentDictionary<string, int> _subscriptions = new();
    private IMqttEvents? _events;
    private long _number;

    public MqttSession? Session { get; private set; }

    /// <summary>Whether the connection is there from the start.</summary>
    public bool ConnectsAtOnce { get; init; } = true;

    /// <summary>Answers, as a box would; what it leaves alone is not answered.</summary>
    public Action<ClientPublication>? Box { get; set; }

    /// <summary>Whether publications are taken.</summary>
    public bool HasRoom { get; set; } = true;

    /// <summary>Requests and pushes, in order.</summary>
    public IReadOnlyList<ClientPublication> Requests => [.. _published.Where(published => published.Topic.Contains("/box/", StringComparison.Ordinal))];

    /// <summary>What was published about the caller itself.</summary>
    public IReadOnlyList<ClientPublication> Presence => [.. _published.Where(published => published.Topic.EndsWith("/state", StringComparison.Ordinal))];

    public IReadOnlyCollection<string> Subscriptions => [.. _subscriptions.Where(subscription => subscription.Value > 0).Select(subscription => subscription.Key)];

    public bool HasEnded { get; private set; }

    public void Start(IMqttEvents events)
    {
        _events = events;
        if (ConnectsAtOnce)
            Connect();
    }

    public void Connect()
    {
        Session = new MqttSession { ProtocolVersion = version, SessionPresent = false, Number = ++_number, KeepAlive = TimeSpan.FromSeconds(10), SessionExpiry = TimeSpan.Zero };
        _events!.OnConnected(Session);
    }

    public void Disconnect(MqttReason reason = MqttReason.ConnectionLost, bool wasConnected = true)
    {
        Session = null;
        _subscriptions.Clear();
        _events!.OnDisconnected(new MqttDisconnection(reason, reason.GetText(), TimeSpan.FromSeconds(1), wasConnected));
    }

    public void MakeRoom()
    {
        HasRoom = true;
        _events!.OnRoom();
    }

    public void Acknowledge(ClientPublication published, MqttReason reason) => _events!.OnAcknowledged(published.Token, reason);

    public void Deliver(string topic, string payload, bool retain = false) =>
        _events!.OnMessage(new MqttMessage { Topic = Encoding.UTF8.GetBytes(topic), Payload = Encoding.UTF8.GetBytes(payload), Retain = retain });

    /// <summary>Answers a request.</summary>
    public void Reply(ClientPublication request, string members) =>
        Deliver(request.Json.GetProperty("reply_to").GetString()!, $$"""{"v":1,"id":"{{request.Id}}",{{members}}}""");

    public void ReplyResult(ClientPublication request, string result) => Reply(request, $$"""
        "ok":true,"final":true,"result":{{result}}
        """);

    public void ReplyError(ClientPublication request, string code, string more = "\"details\":{}") => Reply(request, $$"""
        "ok":false,"final":true,"error":{"code":"{{code}}","message":"as the test says","executed":"no",{{more}}}
        """);

    public bool TryPublish(in MqttPublication publication)
    {
        if (Session is null || !HasRoom)
            return false;
        var published = new ClientPublication(
            Encoding.UTF8.GetString(publication.Topic),
            Encoding.UTF8.GetString(publication.Payload),
            publication.Retain,
            publication.Token,
            Encoding.UTF8.GetString(publication.ResponseTopic),
            Encoding.UTF8.GetString(publication.CorrelationData),
            publication.MessageExpiry);
        _published.Enqueue(published);
        if (published.Topic.Contains("/reply/_/", StringComparison.Ordinal))
            Deliver(published.Topic, published.Payload);
        else if (published.Topic.Contains("/box/", StringComparison.Ordinal))
            Box?.Invoke(published);
        return true;
    }

    public bool TrySubscribe(MqttSubscription subscription)
    {
        if (Session is null)
            return false;
        _subscriptions[subscription.Filter] = 1;
        _events!.OnSubscribed(subscription, MqttReason.GrantedQos1);
        return true;
    }

    public bool TryUnsubscribe(string filter)
    {
        _subscriptions[filter] = 0;
        return Session is not null;
    }

    public long Renew() => _number;

    public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience)
    {
        HasEnded = true;
        Session = null;
        return new(true);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
