using System.Collections.Concurrent;
using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A thread that could not look at its socket says how old what it finds there may be.</summary>
[Collection(nameof(Alone))]
public sealed class MosquittoAbsenceTests
{
    [Fact]
    public async Task A_message_that_came_while_the_thread_was_busy_says_how_long_it_may_have_waited()
    {
        using var broker = new MosquittoBroker();
        var waited = new ConcurrentDictionary<string, TimeSpan>();
        using var isBusy = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        await using var client = Connect(broker, "client", events => events.Message = (in MqttMessage message) =>
        {
            var payload = Encoding.UTF8.GetString(message.Payload);
            waited[payload] = message.Waited;
            if (payload != "first")
                return;
            isBusy.Set();
            mayGoOn.Wait(EventRecorder.Patience);
        });
        await using var sender = Connect(broker, "sender");
        client.Subscribe("t");
        sender.Events.WaitForSession();

        sender.Publish("t", "first", MqttQos.AtLeastOnce, token: 1);
        Assert.True(isBusy.Wait(EventRecorder.Patience, TestContext.Current.CancellationToken));
        sender.Publish("t", "late", MqttQos.AtLeastOnce, token: 2);
        sender.Publish("t", "late too", MqttQos.AtLeastOnce, token: 3);
        sender.Events.WaitForAcknowledgements(3);
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        mayGoOn.Set();
        client.Events.WaitForMessages(3);
        // Once the socket was seen to be empty, what comes is fresh again; it is empty soon, but not at once.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                sender.Publish("t", "fresh", MqttQos.AtLeastOnce);
                return waited.TryGetValue("fresh", out var wait) && wait == TimeSpan.Zero;
            },
            EventRecorder.Patience));
        Assert.InRange(waited["late"], TimeSpan.FromSeconds(1), EventRecorder.Patience);
        Assert.InRange(waited["late too"], TimeSpan.FromSeconds(1), EventRecorder.Patience);
    }

    private static TestClient Connect(MosquittoBroker broker, string name, Action<EventRecorder>? prepare = null) =>
        new(new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = name }), prepare);
}
