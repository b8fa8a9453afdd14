namespace Qmi.Edge.Bridge.Tests;

/// <summary>What every implementation of <see cref="IMqttConnection"/> does, against a real broker.</summary>
public abstract partial class MqttConnectionContract : IAsyncDisposable
{
    private readonly List<TestClient> _clients = [];
    private MosquittoBroker? _broker;

    /// <summary>A connection that is not begun.</summary>
    protected abstract IMqttConnection Create(MqttOptions options);

    /// <summary>The version that the implementation is asked to speak.</summary>
    protected virtual MqttProtocolVersion Version => MqttProtocolVersion.V5;

    protected MosquittoBroker Broker
    {
        get => _broker ??= new MosquittoBroker("""
            allow_anonymous true
            set_tcp_nodelay true
            max_queued_messages 0
            """);
        set => _broker = value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        _broker?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(MqttQos.AtMostOnce)]
    [InlineData(MqttQos.AtLeastOnce)]
    public void A_publication_arrives(MqttQos qos)
    {
        var subscriber = Start("subscriber").Subscribe("a/+");
        var publisher = StartConnected("publisher");

        publisher.Publish("a/b", "grüße", qos);

        var message = subscriber.Events.WaitForMessages(1)[0];
        Assert.Equal(("a/b", "grüße", qos, false), (message.Topic, message.Text, message.Qos, message.Retain));
    }

    [Fact]
    public void An_empty_payload_arrives_empty()
    {
        var client = Start("client").Subscribe("empty");
        client.Publish("empty", "");
        Assert.Empty(client.Events.WaitForMessages(1)[0].Payload);
    }

    [Fact]
    public void A_large_payload_arrives_whole()
    {
        var payload = new byte[700_000];
        new Random(1).NextBytes(payload);
        var client = Start("client").Subscribe("large");

        Assert.True(client.Connection.TryPublish(new MqttPublication { Topic = "large"u8, Payload = payload, Qos = MqttQos.AtLeastOnce }));

        Assert.Equal(payload, client.Events.WaitForMessages(1)[0].Payload);
    }

    [Fact]
    public void Every_property_arrives_as_it_was_sent()
    {
        var subscriber = Start("subscriber").Subscribe("properties");
        var publisher = StartConnected("publisher");

        Assert.True(publisher.Connection.TryPublish(new MqttPublication
        {
            Topic = "properties"u8,
            Payload = "{}"u8,
            Qos = MqttQos.AtLeastOnce,
            PayloadIsUtf8 = true,
            MessageExpiry = 3600,
            ContentType = "application/json"u8,
            ResponseTopic = "reply/to"u8,
            CorrelationData = [0, 1, 0, 255],
            UserProperties = new MqttUserProperties(MqttUserProperties.Encode(("traceparent", "00-ab"), ("größe", ""), ("traceparent", "zwei"))),
        }));

        var message = subscriber.Events.WaitForMessages(1)[0];
        Assert.Equal("{}", message.Text);
        if (Version == MqttProtocolVersion.V311)
        {
            Assert.Equal((false, null, "", ""), (message.PayloadIsUtf8, message.MessageExpiry, message.ContentType, message.ResponseTopic));
            Assert.Empty(message.CorrelationData);
            Assert.Empty(message.UserProperties);
            return;
        }

        Assert.Equal((true, "application/json", "reply/to"), (message.PayloadIsUtf8, message.ContentType, message.ResponseTopic));
        Assert.InRange(message.MessageExpiry!.Value, 3500u, 3600u);
        Assert.Equal([0, 1, 0, 255], message.CorrelationData);
        Assert.Equal([("traceparent", "00-ab"), ("größe", ""), ("traceparent", "zwei")], message.UserProperties);
    }

    [Fact]
    public void A_message_without_properties_has_none_of_the_one_before()
    {
        var client = Start("client").Subscribe("properties");
        Assert.True(client.Connection.TryPublish(new MqttPublication
        {
            Topic = "properties"u8,
            ContentType = "text/plain"u8,
            CorrelationData = "1"u8,
            MessageExpiry = 9,
            PayloadIsUtf8 = true,
            UserProperties = new MqttUserProperties(MqttUserProperties.Encode(("a", "b"))),
        }));
        client.Publish("properties", "");

        var message = client.Events.WaitForMessages(2)[1];
        Assert.Equal((false, null, "", 0, 0), (message.PayloadIsUtf8, message.MessageExpiry, message.ContentType, message.CorrelationData.Length, message.UserProperties.Count));
    }

    [Fact]
    public void A_qos_1_publication_with_a_token_is_acknowledged_once()
    {
        var client = Start("client").Subscribe("t/#");

        client.Publish("t/1", "", MqttQos.AtLeastOnce, token: 17);
        client.Publish("t/2", "", MqttQos.AtLeastOnce);
        client.Publish("t/3", "", MqttQos.AtLeastOnce, token: -3);

        client.Events.WaitForMessages(3);
        Assert.Equal([(17, MqttReason.Success), (-3, MqttReason.Success)], client.Events.WaitForAcknowledgements(2));
    }

    [Fact]
    public void Publications_arrive_in_the_order_in_which_they_were_accepted()
    {
        const int Count = 3000;
        var client = Start("client").Subscribe("order");

        // Beyond the limit for those in flight, QoS mixed, and the outbox full now and then.
        for (var i = 0; i < Count; i++)
        {
            while (!client.TryPublish("order", $"{i}", i % 3 == 0 ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce))
                client.Events.WaitForRoom();
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), client.Events.WaitForMessages(Count).Select(message => message.Text));
    }

    [Fact]
    public void A_subscription_is_in_order_with_the_publications_around_it()
    {
        var client = StartConnected("client");

        client.Publish("s", "before", MqttQos.AtLeastOnce);
        Assert.True(client.Connection.TrySubscribe(new MqttSubscription("s")));
        client.Publish("s", "between", MqttQos.AtLeastOnce);
        Assert.True(client.Connection.TryUnsubscribe("s"));
        client.Publish("s", "after", MqttQos.AtLeastOnce, token: 1);

        client.Events.WaitForAcknowledgements(1);
        client.Events.WaitForUnsubscriptions();
        Assert.Equal(["between"], client.Events.Messages.Select(message => message.Text));
    }

    [Fact]
    public void The_answer_to_a_subscription_says_which_one_and_at_which_qos()
    {
        var client = StartConnected("client");
        var first = new MqttSubscription("a/+", MqttQos.AtMostOnce) { NoLocal = true, RetainAsPublished = true, RetainHandling = MqttRetainHandling.SendIfNew };
        var second = new MqttSubscription("b/#");

        Assert.True(client.Connection.TrySubscribe(first));
        Assert.True(client.Connection.TrySubscribe(second));

        Assert.Equal([(first, MqttReason.Success), (second, MqttReason.GrantedQos1)], client.Events.WaitForSubscriptions(2));
    }

    [Fact]
    public void A_publication_from_inside_a_handler_goes_out()
    {
        const int Rounds = 200;
        var responder = Start("responder", events => events.Connected = _ => { });
        responder.Subscribe("ask");
        responder.Events.Message = (in MqttMessage message) =>
        {
            var target = message.ResponseTopic.IsEmpty ? "answer"u8 : message.ResponseTopic;
            Assert.True(responder.Connection.TryPublish(new MqttPublication { Topic = target, Payload = message.Payload, CorrelationData = message.CorrelationData, Qos = message.Qos }));
        };
        var asker = Start("asker").Subscribe("answer");
        asker.Events.Message = (in MqttMessage message) =>
        {
            var round = int.Parse(message.Payload);
            if (round < Rounds)
                Assert.True(asker.TryPublish("ask", $"{round + 1}", round % 2 == 0 ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce));
        };

        asker.Publish("ask", "1", MqttQos.AtLeastOnce);

        Assert.Equal(Enumerable.Range(1, Rounds).Select(i => $"{i}"), asker.Events.WaitForMessages(Rounds).Select(message => message.Text));
    }

    [Fact]
    public void Subscriptions_and_publications_can_be_made_while_connecting_is_told()
    {
        TestClient? client = null;
        client = new TestClient(Create(Options("client")), events => events.Connected = _ =>
        {
            // The recorder is hooked before the client exists: this runs later, on another thread.
            SpinWait.SpinUntil(() => client is not null);
            Assert.True(client!.Connection.TrySubscribe(new MqttSubscription("self")));
            Assert.True(client.TryPublish("self", "hello", MqttQos.AtLeastOnce, token: 5));
        });
        _clients.Add(client);

        Assert.Equal("hello", client.Events.WaitForMessages(1)[0].Text);
        Assert.Equal([(5, MqttReason.Success)], client.Events.WaitForAcknowledgements(1));
    }

    [Fact]
    public void A_retained_publication_greets_a_later_subscriber_unless_it_does_not_want_it()
    {
        var publisher = StartConnected("publisher");
        publisher.Publish("kept", "old", MqttQos.AtLeastOnce, retain: true, token: 1);
        publisher.Events.WaitForAcknowledgements(1);

        var eager = Start("eager").Subscribe(new MqttSubscription("kept") { RetainHandling = MqttRetainHandling.Send });
        var shy = Start("shy").Subscribe(new MqttSubscription("kept") { RetainHandling = MqttRetainHandling.DoNotSend, RetainAsPublished = true });
        Assert.True(eager.Events.WaitForMessages(1)[0].Retain);
        publisher.Publish("kept", "new", MqttQos.AtLeastOnce, retain: true);

        Assert.False(eager.Events.WaitForMessage(message => message.Text == "new").Retain);
        var live = shy.Events.WaitForMessage(message => message.Text == "new");
        if (Version == MqttProtocolVersion.V5)
        {
            Assert.True(live.Retain);
            Assert.Single(shy.Events.Messages);
        }
    }

    [Fact]
    public void An_exception_in_a_handler_does_not_harm_the_connection()
    {
        var client = Start("client", events => events.Connected = _ => throw new InvalidOperationException("thrown by a test"));
        client.Subscribe("t");
        client.Events.Message = (in MqttMessage _) => throw new InvalidOperationException("thrown by a test");
        client.Events.Acknowledged = (_, _) => throw new InvalidOperationException("thrown by a test");

        for (var i = 1; i <= 3; i++)
            client.Publish("t", $"{i}", MqttQos.AtLeastOnce, token: i);

        client.Events.WaitForAcknowledgements(3);
        Assert.Equal(["1", "2", "3"], client.Events.WaitForMessages(3).Select(message => message.Text));
        Assert.Single(client.Events.Sessions);
        Assert.Empty(client.Events.Disconnections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/+")]
    [InlineData("#")]
    [InlineData("nul\0")]
    public void A_topic_that_can_never_be_published_on_is_an_error_of_the_caller(string topic)
    {
        var client = StartConnected("client");
        Assert.ThrowsAny<ArgumentException>(() => client.TryPublish(topic, ""));
    }

    [Fact]
    public void A_publication_larger_than_the_outbox_is_an_error_of_the_caller()
    {
        var client = StartConnected("client", options => options with { OutboxBytes = 4096 });
        Assert.ThrowsAny<ArgumentException>(() => client.TryPublish("t", new string('x', 5000)));
    }

    [Fact]
    public void The_session_says_what_was_agreed()
    {
        var client = Start("client");
        var session = client.Events.WaitForSession();

        Assert.Equal((Version, false, 1), (session.ProtocolVersion, session.SessionPresent, session.Number));
        Assert.Equal(TimeSpan.FromSeconds(10), session.KeepAlive);
        Assert.True(session.RetainAvailable);
        Assert.Same(session, client.Connection.Session);
    }

    protected MqttOptions Options(string clientId) => new()
    {
        Host = "127.0.0.1",
        Port = Broker.Port,
        ClientId = clientId,
        ProtocolVersion = Version,
        ReconnectDelay = TimeSpan.FromMilliseconds(50),
    };

    private protected TestClient Start(string clientId, Action<EventRecorder>? prepare = null, Func<MqttOptions, MqttOptions>? configure = null)
    {
        var options = Options(clientId);
        var client = new TestClient(Create(configure?.Invoke(options) ?? options), prepare);
        _clients.Add(client);
        return client;
    }

    private protected TestClient StartConnected(string clientId, Func<MqttOptions, MqttOptions>? configure = null)
    {
        var client = Start(clientId, configure: configure);
        client.Events.WaitForSession();
        return client;
    }
}
