using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Watches the presence of the callers who have bound a lock to it, and of nobody else.</summary>
internal sealed class CallerWatch(EdgeBox box, Topics topics, IMqttConnection connection, SubscriptionDesk subscriptions)
{
    private readonly byte[] _before = Encoding.UTF8.GetBytes(topics.Client("", "")[..^1]);
    private readonly HashSet<string> _watched = [];
    private volatile bool _isNewConnection;
    private volatile bool _mustLook;

    /// <summary>Other callers matter than before. From any thread.</summary>
    public void LookAgain() => _mustLook = true;

    /// <summary>The broker knows no subscription of before.</summary>
    public void Connected()
    {
        _isNewConnection = true;
        _mustLook = true;
    }

    /// <summary>Subscribes to who matters and forgets who does not. On the worker's thread.</summary>
    /// <returns>False when the connection did not take it all: try again later.</returns>
    public bool Flush()
    {
        if (!_mustLook)
            return true;
        _mustLook = false;
        if (_isNewConnection)
        {
            _isNewConnection = false;
            _watched.Clear();
        }

        var bound = box.Locks.BoundCallers.Where(caller => caller != Caller.Local.Name).ToHashSet();
        foreach (var caller in _watched.Except(bound).ToArray())
        {
            if (connection.TryUnsubscribe(topics.Client(caller, "state")))
                _watched.Remove(caller);
        }

        foreach (var caller in bound.Except(_watched).ToArray())
        {
            // With what is retained there: a caller is usually present before it locks.
            if (subscriptions.TrySubscribe(new MqttSubscription(topics.Client(caller, "state"))))
                _watched.Add(caller);
        }

        if (_watched.SetEquals(bound))
            return true;
        _mustLook = true;
        return false;
    }

    /// <summary>Receives a message; false when its topic is no presence of a caller. On the connection's thread.</summary>
    public bool TryReceive(in MqttMessage message)
    {
        if (!message.Topic.StartsWith(_before) || !message.Topic.EndsWith("/state"u8))
            return false;
        var caller = message.Topic[_before.Length..^"/state"u8.Length];
        if (!caller.Contains((byte)'/') && ReadPresence(message.Payload) is { } isPresent)
            box.Locks.ReportPresence(Encoding.UTF8.GetString(caller), isPresent);
        return true;
    }

    /// <summary>What a presence says: true = there, false = gone, null = nothing that matters. A document as a box's own, or the bare word.</summary>
    internal static bool? ReadPresence(ReadOnlySpan<byte> payload) => ReadState(payload) switch
    {
        "online" or "degraded" => true,
        "offline" or "lost" => false,
        _ => null,
    };

    private static string? ReadState(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            var root = JsonElement.ParseValue(ref reader);
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("state"u8, out var state))
                root = state;
            return root.ValueKind == JsonValueKind.String ? root.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Encoding.UTF8.GetString(payload);
        }
    }
}
