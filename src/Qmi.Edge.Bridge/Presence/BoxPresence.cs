using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Whether the box is there: the one document that the broker changes by itself, through the will.</summary>
internal sealed class BoxPresence(EdgeBox box, Topics topics)
{
    private static readonly TimeSpan WillDelay = TimeSpan.FromSeconds(5);

    // On 3.1.1 what the box publishes comes back to it. More are never under way at once.
    private const int MostEchoes = 16;

    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topics.State);
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _echoes = new();
    private PresenceState _state = PresenceState.Starting;
    private string? _reason;
    private DateTimeOffset _since = box.TimeProvider.GetUtcNow();
    private byte[]? _shown;

    /// <summary>What the broker shall say when connection <paramref name="number"/> is lost.</summary>
    public MqttWill GetWill(long number) => new()
    {
        Topic = topics.State,
        Payload = new PresenceDocument(PresenceState.Lost, box.Boot, number) { Since = box.TimeProvider.GetUtcNow(), Reason = "connection lost" }.ToBytes(),
        Retain = true,
        Delay = WillDelay,
        ContentType = "application/json",
        PayloadIsUtf8 = true,
    };

    /// <summary>A connection was made: nothing was said in it so far.</summary>
    public void Connected()
    {
        lock (_gate)
        {
            _shown = null;
            _echoes.Clear();
        }
    }

    /// <summary>Publishes a state, unless it is what was published last in this connection.</summary>
    /// <returns>False when the connection did not take it.</returns>
    public bool Publish(IMqttConnection connection, PresenceState state, string? reason)
    {
        if (connection.Session is not { } session)
            return false;
        lock (_gate)
        {
            if (_shown is not null && state == _state && reason == _reason)
                return true;
            if (state != _state)
                (_state, _since) = (state, box.TimeProvider.GetUtcNow());
            _reason = reason;
            return Show(connection, new PresenceDocument(state, box.Boot, session.Number) { Since = _since, Reason = reason }.ToBytes());
        }
    }

    /// <summary>Whether what was seen on the topic is not what the box said last: a late will, or a mistake of somebody.</summary>
    public bool IsWrong(ReadOnlySpan<byte> seen)
    {
        lock (_gate)
        {
            if (_shown is not { } shown)
                return false;
            foreach (var echo in _echoes)
            {
                if (!seen.SequenceEqual(echo))
                    continue;
                while (!ReferenceEquals(_echoes.Dequeue(), echo))
                {
                }

                return false;
            }

            return !seen.SequenceEqual(shown);
        }
    }

    /// <summary>Publishes again what was published last, if anything was.</summary>
    public bool PublishAgain(IMqttConnection connection)
    {
        lock (_gate)
            return _shown is not { } shown || Show(connection, shown);
    }

    private bool Show(IMqttConnection connection, byte[] payload)
    {
        if (!connection.TryPublishRetained(_topic, payload))
            return false;
        _shown = payload;
        if (connection.Session is { ProtocolVersion: MqttProtocolVersion.V311 })
        {
            if (_echoes.Count == MostEchoes)
                _echoes.Dequeue();
            _echoes.Enqueue(payload);
        }

        return true;
    }
}
