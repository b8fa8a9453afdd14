using System.Text;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Requests and pushes that the broker delivers again. Those with an id are known by it and answered again; of the others the second copy
/// is dropped, since nobody could tell it from a second wish. Written on the connection's thread.
/// </summary>
internal sealed partial class Redeliveries(ILogger logger)
{
    // What arrived and was not looked at: when it comes again, that is its first time.
    private readonly HashSet<ushort> _forgotten = [];
    private long _dropped;

    /// <summary>How many copies were dropped. From any thread.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>A connection was made.</summary>
    public void Connected(MqttSession session)
    {
        if (!session.SessionPresent)
            _forgotten.Clear();
    }

    /// <summary>A message is not looked at.</summary>
    public void Forget(in MqttMessage message)
    {
        if (message.PacketId != 0 && !message.IsRedelivery)
            _forgotten.Add(message.PacketId);
    }

    /// <summary>Whether a message was looked at before and is to be dropped.</summary>
    public bool TryDrop(in MqttMessage message)
    {
        if (_forgotten.Remove(message.PacketId) || !message.IsRedelivery || !message.CorrelationData.IsEmpty || PushBodyReader.FindId(message.Payload) is not null)
            return false;
        LogDropped(logger, Encoding.UTF8.GetString(message.Topic), Interlocked.Increment(ref _dropped));
        return true;
    }

    [LoggerMessage(2007, LogLevel.Warning, "What came on {Topic} was delivered again, has no id, and was done already: the copy is dropped, {Count} so far")]
    private static partial void LogDropped(ILogger logger, string topic, long count);
}
