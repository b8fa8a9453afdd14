using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A publication as a connection was given it.</summary>
internal sealed record Published(string Topic, byte[] Payload, MqttQos Qos, long Token, string ContentType)
{
    public JsonElement Json => JsonDocument.Parse(Payload).RootElement;

    public string Text => Encoding.UTF8.GetString(Payload);
}

/// <summary>A connection that takes what the test lets it take, and answers when the test says so.</summary>
internal sealed class FakeConnection : IMqttConnection
{
    private readonly ConcurrentQueue<Published> _published = new();
    private volatile MqttSession? _session;
    private volatile IMqttEvents? _events;
    private long _connections;

    /// <summary>Whether it is connected from the start.</summary>
    public bool IsConnected { get; init; } = true;

    /// <summary>How many publications it still takes.</summary>
    public int Room { get; set; } = int.MaxValue;

    public IReadOnlyList<Published> Published => [.. _published];

    public bool IsStarted => _events is not null;

    public MqttSession? Session => _session;

    public void Start(IMqttEvents events)
    {
        _events = events;
        if (IsConnected)
            Connect();
    }

    public void Connect(uint? maximumPacketSize = null)
    {
        _session = new MqttSession
        {
            ProtocolVersion = MqttProtocolVersion.V5,
            SessionPresent = false,
            Number = ++_connections,
            KeepAlive = TimeSpan.FromSeconds(10),
            SessionExpiry = TimeSpan.Zero,
            MaximumPacketSize = maximumPacketSize,
        };
        _events!.OnConnected(_session);
    }

    /// <summary>The connection breaks; all that waits for an answer is told.</summary>
    public void Disconnect(params ReadOnlySpan<long> tokens)
    {
        _session = null;
        foreach (var token in tokens)
            _events!.OnAcknowledged(token, MqttReason.ConnectionLost);
        _events!.OnDisconnected(new MqttDisconnection(MqttReason.ConnectionLost, "", TimeSpan.FromSeconds(1), true));
    }

    public void Acknowledge(long token, MqttReason reason = MqttReason.Success) => _events!.OnAcknowledged(token, reason);

    public void MakeRoom(int room)
    {
        Room = room;
        _events!.OnRoom();
    }

    public bool TryPublish(in MqttPublication publication)
    {
        if (_session is null || Room <= 0)
            return false;
        Room--;
        _published.Enqueue(new Published(Encoding.UTF8.GetString(publication.Topic), publication.Payload.ToArray(), publication.Qos, publication.Token, Encoding.UTF8.GetString(publication.ContentType)));
        return true;
    }

    public bool TrySubscribe(MqttSubscription subscription)
    {
        _events!.OnSubscribed(subscription, MqttReason.GrantedQos1);
        return true;
    }

    public bool TryUnsubscribe(string filter) => true;

    public long Renew() => _connections;

    public ValueTask<bool> StopAsync(MqttStop how, TimeSpan patience) => new(true);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
