using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Whether the box is there: the one document that the broker changes by itself, through the will.</summary>
internal sealed class BoxPresence(EdgeBox box, Topics topics)
{
    private static readonly TimeSpan WillDelay = TimeSpan.FromSeconds(5);

    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topics.State);
    private readonly Lock _gate = new();
    private byte[] _current = [];
    private string _state = "starting";
    private DateTimeOffset _since = box.TimeProvider.GetUtcNow();

    /// <summary>What the broker shall say when connection <paramref name="number"/> is lost.</summary>
    public MqttWill GetWill(long number) => new()
    {
        Topic = topics.State,
        Payload = Write("lost", number, "connection lost", box.TimeProvider.GetUtcNow()),
        Retain = true,
        Delay = WillDelay,
        ContentType = "application/json",
        PayloadIsUtf8 = true,
    };

    /// <summary>Publishes a state.</summary>
    public bool Publish(IMqttConnection connection, string state, string? reason = null)
    {
        byte[] payload;
        lock (_gate)
        {
            if (state != _state)
                (_state, _since) = (state, box.TimeProvider.GetUtcNow());
            payload = _current = Write(_state, connection.Session?.Number ?? 0, reason, _since);
        }

        return connection.TryPublishRetained(_topic, payload);
    }

    /// <summary>Looks at what somebody published in the box's name: a late will, or a mistake. Puts it right.</summary>
    public bool IsWrong(ReadOnlySpan<byte> seen)
    {
        lock (_gate)
            return _current.Length > 0 && !seen.SequenceEqual(_current);
    }

    /// <summary>Publishes the state again.</summary>
    public bool PublishAgain(IMqttConnection connection)
    {
        lock (_gate)
            return connection.TryPublishRetained(_topic, _current);
    }

    private byte[] Write(string state, long connection, string? reason, DateTimeOffset since)
    {
        using var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("state"u8, state);
        writer.WriteString("boot"u8, box.Boot);
        writer.WriteNumber("conn"u8, connection);
        writer.WriteTimestamp("since"u8, since);
        if (reason is not null)
            writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
        return buffer.Written.ToArray();
    }
}
