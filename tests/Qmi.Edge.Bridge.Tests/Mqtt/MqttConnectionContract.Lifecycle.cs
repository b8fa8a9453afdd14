using System.Text;

namespace Qmi.Edge.Bridge.Tests;

// How a connection begins, breaks, comes back and ends.
public abstract partial class MqttConnectionContract
{
    protected static readonly TimeSpan Generous = EventRecorder.Patience;

    [Fact]
    public void Nothing_is_accepted_before_there_is_a_connection()
    {
        var connection = Create(Options("client") with { Port = Testing.FreePort.Find() });
        var client = new TestClient(connection);
        _clients.Add(client);

        client.Events.WaitForDisconnection(disconnection => disconnection is { Reason: MqttReason.Unreachable, WasConnected: false, RetryAfter: not null });

        Assert.Null(connection.Session);
        Assert.False(client.TryPublish("t", "", MqttQos.AtLeastOnce, token: 1));
        Assert.False(connection.TrySubscribe(new MqttSubscription("t")));
        Assert.Empty(client.Events.Acknowledgements);
    }

    [Fact]
    public async Task Nothing_is_accepted_after_the_stop_and_the_last_event_says_so()
    {
        var client = StartConnected("client");

        Assert.True(await client.Connection.StopAsync(MqttStop.Clean, Generous));

        Assert.False(client.TryPublish("t", ""));
        Assert.Null(client.Connection.Session);
        Assert.Equal("disconnected", client.Events.Order[^1]);
        Assert.Equal((MqttReason.Stopped, null, true), client.Events.Disconnections[^1] is var last ? (last.Reason, last.RetryAfter, last.WasConnected) : default);
    }

    [Fact]
    public async Task A_clean_stop_sends_what_was_accepted_before()
    {
        const int Count = 500;
        var subscriber = Start("subscriber").Subscribe("t");
        var publisher = StartConnected("publisher");
        for (var i = 0; i < Count; i++)
        {
            while (!publisher.TryPublish("t", $"{i}", MqttQos.AtLeastOnce, token: i + 1))
                publisher.Events.WaitForRoom();
        }

        Assert.True(await publisher.Connection.StopAsync(MqttStop.Clean, Generous));

        Assert.Equal(Count, publisher.Events.Acknowledgements.Length);
        Assert.Equal(Count, subscriber.Events.WaitForMessages(Count).Length);
    }

    [Fact]
    public async Task Stopping_twice_and_disposing_is_fine()
    {
        var client = StartConnected("client");
        var stops = await Task.WhenAll(client.Connection.StopAsync(MqttStop.Clean, Generous).AsTask(), client.Connection.StopAsync(MqttStop.Abrupt, Generous).AsTask());
        await client.Connection.DisposeAsync();
        Assert.Equal([true, true], stops);
        Assert.Throws<ObjectDisposedException>(() => client.Connection.Start(client.Events));
    }

    [Fact]
    public async Task A_connection_that_was_never_begun_can_be_disposed()
    {
        var connection = Create(Options("client"));
        Assert.False(connection.TryPublish(new MqttPublication { Topic = "t"u8 }));
        await connection.DisposeAsync();
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Stopping_from_inside_a_handler_ends_the_connection_when_the_handler_has_returned()
    {
        var stopped = new TaskCompletionSource<Task<bool>>();
        TestClient? client = null;
        client = Start("client", events => events.Connected = _ =>
        {
            SpinWait.SpinUntil(() => client is not null);
            stopped.SetResult(client!.Connection.StopAsync(MqttStop.Clean, Generous).AsTask());
        });
        var cancellation = TestContext.Current.CancellationToken;
        Assert.True(await (await stopped.Task.WaitAsync(Generous, cancellation)).WaitAsync(Generous, cancellation));
    }

    [Fact]
    public async Task The_will_is_published_when_the_client_is_gone_without_a_farewell()
    {
        var observer = Start("observer").Subscribe("state");
        var client = StartConnected("client", WithWill);

        Assert.False(await client.Connection.StopAsync(MqttStop.Abrupt, Generous));

        Assert.Equal("lost 1", observer.Events.WaitForMessages(1)[0].Text);
    }

    [Fact]
    public async Task The_will_is_not_published_after_a_clean_stop()
    {
        var observer = Start("observer").Subscribe("state").Subscribe("end");
        var client = StartConnected("client", WithWill);

        Assert.True(await client.Connection.StopAsync(MqttStop.Clean, Generous));

        observer.Publish("end", "");
        observer.Events.WaitForMessage(message => message.Topic == "end");
        Assert.Single(observer.Events.Messages);
    }

    [Fact]
    public async Task The_will_is_not_published_after_a_clean_stop_in_the_middle_of_a_flood()
    {
        // A socket closed with bytes unread is reset by the kernel, and the broker may lose the DISCONNECT over it.
        var observer = Start("observer").Subscribe("state").Subscribe("end");
        for (var round = 0; round < 20; round++)
        {
            var client = Start($"client{round}", configure: WithWill).Subscribe("flood", MqttQos.AtMostOnce);
            for (var i = 0; i < 300; i++)
                observer.TryPublish("flood", new string('x', 500));
            client.Events.WaitForMessages(1);
            Assert.True(await client.Connection.StopAsync(MqttStop.Clean, Generous));
        }

        observer.Publish("end", "", MqttQos.AtLeastOnce, token: 1);
        observer.Events.WaitForMessage(message => message.Topic == "end");
        Assert.Equal(["end"], observer.Events.Messages.Select(message => message.Topic));
    }

    [Fact]
    public void A_broker_that_dies_and_comes_back_is_found_again_and_the_will_names_the_new_connection()
    {
        var client = StartConnected("client", WithWill).Subscribe("t");

        Broker.Kill();
        var lost = client.Events.WaitForDisconnection(disconnection => disconnection.WasConnected);
        Assert.Equal(MqttReason.ConnectionLost, lost.Reason);
        Assert.InRange(lost.RetryAfter!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Broker.Restart();

        var session = client.Events.WaitForSession(2);
        Assert.Equal((false, 2), (session.SessionPresent, session.Number));
        client.Subscribe("t");
        client.Publish("t", "again", MqttQos.AtLeastOnce);
        Assert.Equal("again", client.Events.WaitForMessages(1)[0].Text);
        var observer = Start("observer").Subscribe("state");
        Start("client").Events.WaitForSession();
        Assert.Equal("lost 2", observer.Events.WaitForMessages(1)[0].Text);
    }

    [Fact]
    public void A_renewed_connection_sends_what_it_has_accepted_and_is_back_at_once_under_the_next_number()
    {
        const int Count = 200;
        var subscriber = Start("subscriber").Subscribe("t");
        var client = StartConnected("client", options => options with { ReconnectDelay = TimeSpan.FromHours(1), MaximumReconnectDelay = TimeSpan.FromHours(1) });
        for (var i = 0; i < Count; i++)
            client.Publish("t", $"{i}", MqttQos.AtLeastOnce, token: i + 1);

        Assert.Equal(1, client.Connection.Renew());

        Assert.Equal(2, client.Events.WaitForSession(2).Number);
        Assert.Equal((MqttReason.Renewed, TimeSpan.Zero, true), Assert.Single(client.Events.Disconnections) is var end ? (end.Reason, end.RetryAfter, end.WasConnected) : default);
        Assert.All(client.Events.WaitForAcknowledgements(Count), answer => Assert.Equal(MqttReason.Success, answer.Reason));
        Assert.Equal(Count, subscriber.Events.WaitForMessages(Count).Length);
        Assert.Equal(2, client.Connection.Renew());
        Assert.Equal(3, client.Events.WaitForSession(3).Number);
    }

    [Fact]
    public void A_renewal_ends_the_wait_for_the_next_attempt()
    {
        var client = StartConnected("client", options => options with { ReconnectDelay = TimeSpan.FromHours(1), MaximumReconnectDelay = TimeSpan.FromHours(1) });
        Broker.Kill();
        client.Events.WaitForDisconnection(disconnection => disconnection.WasConnected);
        Broker.Restart();

        Assert.Equal(1, client.Connection.Renew());

        Assert.Equal(2, client.Events.WaitForSession(2).Number);
    }

    [Fact]
    public void A_renewal_gives_up_the_attempt_under_way()
    {
        using var silent = new Testing.FakeBroker(connection =>
        {
            connection.ReadConnect();
            if (connection.Number > 1)
                connection.Accept(Version == MqttProtocolVersion.V5 ? 5 : 4);
            connection.ReadToEnd();
        });
        var client = Start("client", configure: options => options with { Port = silent.Port, ConnectTimeout = TimeSpan.FromHours(1) });
        SpinWait.SpinUntil(() => silent.Connections == 1, Generous);

        Assert.Equal(0, client.Connection.Renew());

        Assert.Equal(1, client.Events.WaitForSession().Number);
        Assert.Equal((MqttReason.Renewed, false), Assert.Single(client.Events.Disconnections) is var end ? (end.Reason, end.WasConnected) : default);
    }

    [Fact]
    public void Every_publication_with_a_token_is_answered_once_even_when_the_broker_dies()
    {
        var client = StartConnected("client");
        Broker.Pause();
        var accepted = new List<long>();
        while (client.TryPublish("t", new string('x', 10_000), accepted.Count % 2 == 0 ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce, token: accepted.Count + 1))
            accepted.Add(accepted.Count + 1);
        Assert.True(client.Connection.Session is not null);

        Broker.Kill();

        client.Events.WaitForDisconnection(disconnection => disconnection.WasConnected);
        var answers = client.Events.Acknowledgements;
        Assert.Equal(accepted, answers.Select(answer => answer.Token).Order());
        Assert.Contains(answers, answer => answer.Reason == MqttReason.ConnectionLost);
        Assert.Equal("disconnected", client.Events.Order[^1]);
    }

    [Fact]
    public void With_a_broker_that_stands_still_the_outbox_fills_and_says_so_and_everything_arrives_in_the_end()
    {
        const int OutboxBytes = 256 * 1024;
        var subscriber = Start("subscriber").Subscribe("t", MqttQos.AtMostOnce);
        var publisher = StartConnected("publisher", options => options with { OutboxBytes = OutboxBytes });
        Broker.Pause();

        // The kernel's buffers take some megabytes on top. Quiet for a while means that nothing flows any more.
        var accepted = 0;
        var refusals = 0;
        while (refusals < 20)
        {
            if (publisher.TryPublish("t", $"{accepted}".PadRight(4000)))
            {
                accepted++;
                refusals = 0;
            }
            else
            {
                refusals++;
                Thread.Sleep(10);
            }

            Assert.True(accepted < 100_000, "400 MB were accepted: nothing bounds them.");
        }

        Broker.Continue();

        publisher.Events.WaitForRoom();
        var messages = subscriber.Events.WaitForMessages(accepted);
        Assert.Equal(Enumerable.Range(0, accepted), messages.Select(message => int.Parse(message.Text, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void A_handler_cannot_fill_the_memory_either()
    {
        var accepted = -1;
        TestClient? client = null;
        client = Start("client", events => events.Connected = _ =>
        {
            SpinWait.SpinUntil(() => client is not null);
            var count = 0;
            while (count < 100_000 && client!.TryPublish("t", new string('x', 10_000)))
                count++;
            Volatile.Write(ref accepted, count);
        });

        client.Events.WaitForRoom();

        // Once the outbox, once what the library queues until the handler returns.
        Assert.InRange(accepted, 1, 2 * (1 << 20) / 10_000);
    }

    [Fact]
    public void A_publication_that_the_broker_does_not_allow_is_answered_with_its_reason()
    {
        _broker = new Testing.MosquittoBroker("""
            allow_anonymous true
            set_tcp_nodelay true
            acl_file acl.txt
            """, port => $"listener {port} 127.0.0.1", [("acl.txt", "topic readwrite allowed\n")]);
        var client = StartConnected("client");

        client.Publish("allowed", "", MqttQos.AtLeastOnce, token: 1);
        client.Publish("forbidden", "", MqttQos.AtLeastOnce, token: 2);

        // 3.1.1 has no way to say no.
        var reason = Version == MqttProtocolVersion.V5 ? MqttReason.NotAuthorized : MqttReason.Success;
        Assert.Equal((2, reason), client.Events.WaitForAcknowledgements(2)[1]);
    }

    [Fact]
    public void A_refusal_of_the_broker_is_told_with_its_reason()
    {
        _broker = new Testing.MosquittoBroker("""
            allow_anonymous false
            password_file passwords.txt
            """, port => $"listener {port} 127.0.0.1", [("passwords.txt", "")]);
        var client = Start("client", configure: options => options with { UserName = "somebody", Password = "wrong" });

        var refused = client.Events.WaitForDisconnection(disconnection => !disconnection.WasConnected);

        Assert.Equal((MqttReason.NotAuthorized, false), (refused.Reason, refused.RetryAfter is null));
        client.Events.WaitForDisconnection(disconnection => disconnection != refused);
    }

    protected static MqttOptions WithWill(MqttOptions options) => options with
    {
        Will = number => new MqttWill { Topic = "state", Payload = Encoding.UTF8.GetBytes($"lost {number}"), Retain = true },
    };
}
