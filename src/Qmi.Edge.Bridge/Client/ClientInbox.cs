using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What was received and waits to be read, one after the other, away from the connection's thread. When too much waits, signals are given up
/// first: their readers see the gap. Documents say how things are and must not be missed; they may take twice as much.
/// </summary>
internal sealed partial class ClientInbox : IAsyncDisposable
{
    private readonly Channel<(TopicSubscription Subscription, ClientMessage Message)> _messages = Channel.CreateUnbounded<(TopicSubscription, ClientMessage)>(new() { SingleReader = true });
    private readonly ClientCounters _counters;
    private readonly ILogger _logger;
    private readonly int _capacity;
    private readonly Task _reading;
    private long _bytes;

    public ClientInbox(int capacity, ClientCounters counters, ILogger logger)
    {
        (_capacity, _counters, _logger) = (capacity, counters, logger);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Takes a message. Never blocks.</summary>
    public void Add(TopicSubscription subscription, ClientMessage message)
    {
        var bytes = Interlocked.Add(ref _bytes, message.Payload.Length);
        if (bytes > (subscription.IsStream ? _capacity : 2L * _capacity))
        {
            Interlocked.Add(ref _bytes, -message.Payload.Length);
            if (IsWorthALine(_counters.Dropped()) is var dropped && dropped > 0)
                LogDropped(_logger, message.Topic, dropped, _capacity);
            return;
        }

        _messages.Writer.TryWrite((subscription, message));
    }

    /// <summary>Whether to say a count: the first, the tenth, then at every doubling; zero when not.</summary>
    public static long IsWorthALine(long count) => count is 1 or 10 || (count > 10 && long.IsPow2(count)) ? count : 0;

    public async ValueTask DisposeAsync()
    {
        _messages.Writer.TryComplete();
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        await foreach (var (subscription, message) in _messages.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            Interlocked.Add(ref _bytes, -message.Payload.Length);
            try
            {
                subscription.Handle(message);
            }
            catch (Exception exception)
            {
                if (IsWorthALine(_counters.Unreadable()) is var count && count > 0)
                    LogUnreadable(_logger, message.Topic, count, exception);
            }
        }
    }

    [LoggerMessage(2601, LogLevel.Warning, "A message on {Topic} is not what it should be and was ignored, {Count} so far")]
    private static partial void LogUnreadable(ILogger logger, string topic, long count, Exception exception);

    [LoggerMessage(2602, LogLevel.Warning, "Messages are received faster than they are read: one on {Topic} was given up, {Count} so far, with {Capacity} bytes waiting")]
    private static partial void LogDropped(ILogger logger, string topic, long count, int capacity);
}
