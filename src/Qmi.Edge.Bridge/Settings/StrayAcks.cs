using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Answers to pushes to tasks that the box does not have. They are told once and not retained: a topic that belongs to nothing must not stay
/// at the broker, and whoever tries names must not fill the box's memory.
/// </summary>
internal sealed partial class StrayAcks(EdgeBox box, Topics topics, ILogger logger) : IDocument
{
    private const int Capacity = 64;

    private readonly Lock _gate = new();
    private readonly Queue<Stray> _unpublished = new();
    private long _lost;
    private long _sequence;

    /// <summary>A push has come to a task that is not there. On the connection's thread: it is only copied.</summary>
    /// <returns>Whether there is something to publish now.</returns>
    public bool Add(string task, string caller, ReadOnlySpan<byte> payload, bool isTooMany)
    {
        lock (_gate)
        {
            if (!isTooMany && _unpublished.Count < Capacity)
            {
                _unpublished.Enqueue(new Stray(task, caller, payload.ToArray()));
                return true;
            }

            // First, tenth, hundredth: somebody tries names.
            if (!IsPowerOfTen(++_lost))
                return false;
        }

        LogLost(logger, _lost);
        return false;
    }

    /// <inheritdoc />
    public bool Flush(IMqttConnection connection)
    {
        while (true)
        {
            Stray? stray;
            lock (_gate)
            {
                if (!_unpublished.TryPeek(out stray))
                    return true;
            }

            if (!TryPublish(connection, stray))
                return false;
            lock (_gate)
                _unpublished.Dequeue();
        }
    }

    /// <inheritdoc />
    public bool Publish(IMqttConnection connection) => Flush(connection);

    private bool TryPublish(IMqttConnection connection, Stray stray)
    {
        using var buffer = JsonBuffer.Rent();
        AckWriter.Write(buffer.Writer, box, Refuse(stray), headRevision: 0, ++_sequence);
        var isTold = connection.TryPublish(new MqttPublication
        {
            Topic = Encoding.UTF8.GetBytes(topics.Ack(stray.Task, stray.Caller)),
            Payload = buffer.Written.Span,
            Qos = MqttQos.AtLeastOnce,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
        });
        return isTold && connection.TryPublishRetained(Encoding.UTF8.GetBytes(topics.Push(stray.Task, stray.Caller)), default);
    }

    private SettingsAck Refuse(Stray stray)
    {
        var error = new QmiException(ErrorCode.NoSuchObject, $"There is no task \"{stray.Task}\" in box {box.Name}{NearestName.Hint(stray.Task, box.Objects.Select(target => target.Name))}.");
        return new RefusedPush(stray.Caller, stray.Payload, error, box.TimeProvider.GetUtcNow()).ToAck();
    }

    private static bool IsPowerOfTen(long count)
    {
        while (count >= 10 && count % 10 == 0)
            count /= 10;
        return count == 1;
    }

    [LoggerMessage(2202, LogLevel.Warning, "Pushes to tasks that are not there come faster than they can be answered; not answered so far: {Lost}")]
    private static partial void LogLost(ILogger logger, long lost);

    private sealed record Stray(string Task, string Caller, byte[] Payload);
}
