using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;

namespace Qmi.Edge.Bridge.Tests;

public class ClientInboxTests
{
    private readonly ClientCounters _counters = new();

    [Fact]
    public async Task When_too_much_waits_signals_are_given_up_before_documents_and_all_is_counted()
    {
        using var go = new ManualResetEventSlim();
        var seen = new ConcurrentQueue<int>();
        await using (var inbox = new ClientInbox(100, _counters, NullLogger.Instance))
        {
            var (signal, document) = (Subscription(isStream: true), Subscription(isStream: false));
            inbox.Add(signal, Message(10));
            for (var size = 20; size <= 50; size += 10)
                inbox.Add(signal, Message(size));
            inbox.Add(document, Message(60));
            inbox.Add(document, Message(70));
            Assert.Equal(2, _counters.Statistics.Dropped);
            go.Set();
        }

        // The first may be read before the others come: then there is room for one more.
        Assert.Equal([10, 20, 30, 60], seen.Where(size => size is not (40 or 70)));

        TopicSubscription Subscription(bool isStream)
        {
            var subscription = new TopicSubscription("a", isStream);
            subscription.Add(message =>
            {
                go.Wait(GivenScriptedClient.Patience);
                seen.Enqueue(message.Payload.Length);
            });
            return subscription;
        }
    }

    [Fact]
    public async Task A_handler_that_throws_is_counted_and_the_next_message_is_read()
    {
        var seen = 0;
        await using (var inbox = new ClientInbox(100, _counters, NullLogger.Instance))
        {
            var subscription = new TopicSubscription("a", isStream: false);
            subscription.Add(_ =>
            {
                if (++seen == 1)
                    throw new InvalidOperationException("no");
            });
            inbox.Add(subscription, Message(1));
            inbox.Add(subscription, Message(1));
        }

        Assert.Equal((2, 1), (seen, _counters.Statistics.Unreadable));
    }

    private static ClientMessage Message(int size) => new("a", new byte[size], IsRetained: false);
}
