using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Whether the caller is there, for boxes that hold a lock for it. One topic for all processes of one user: whoever lives puts right what the
/// end of another one says.
/// </summary>
internal sealed class ClientPresence(ClientTopics topics, TimeProvider timeProvider)
{
    private static readonly TimeSpan WillDelay = TimeSpan.FromSeconds(5);

    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topics.State);
    private readonly DateTimeOffset _since = timeProvider.GetUtcNow();

    public ReadOnlySpan<byte> Topic => _topic;

    /// <summary>What the broker shall say when connection <paramref name="number"/> is lost.</summary>
    public MqttWill GetWill(long number) => new()
    {
        Topic = topics.State,
        Payload = Write("lost", number, timeProvider.GetUtcNow()),
        Retain = true,
        Delay = WillDelay,
        ContentType = "application/json",
        PayloadIsUtf8 = true,
    };

    public void Publish(IMqttConnection connection, string state) =>
        connection.TryPublishRetained(_topic, Write(state, connection.Session?.Number ?? 0, state == "online" ? _since : timeProvider.GetUtcNow()));

    /// <summary>Looks at what was published in the caller's name: an earlier connection's will, or the end of another process.</summary>
    public void Look(IMqttConnection connection, ReadOnlySpan<byte> seen, bool isClosing)
    {
        if (!isClosing && !SaysOnline(seen))
            Publish(connection, "online");
    }

    // What cannot be read does not say so.
    private static bool SaysOnline(ReadOnlySpan<byte> seen)
    {
        try
        {
            return ErrorReader.Text(EnvelopeReader.Parse(seen), "state") == "online";
        }
        catch (QmiException)
        {
            return false;
        }
    }

    private byte[] Write(string state, long connection, DateTimeOffset since)
    {
        using var buffer = JsonBuffer.Rent();
        var writer = buffer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("state"u8, state);
        writer.WriteString("boot"u8, topics.Process);
        writer.WriteNumber("conn"u8, connection);
        writer.WriteTimestamp("since"u8, since);
        writer.WriteEndObject();
        return buffer.Written.ToArray();
    }
}
