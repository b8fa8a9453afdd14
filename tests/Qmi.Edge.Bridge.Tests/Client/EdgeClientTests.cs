using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>Clients at a real broker.</summary>
public sealed class EdgeClientTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MosquittoBroker _broker = new("allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0");
    private readonly EdgeBox _box = new("box07");
    private MqttBridge? _bridge;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _box.MakeInstrument<Meter>("meter").Open();
        _box.MakeTask<Worker>("worker");
        _bridge = GivenClient.Bridge(_box, _broker.Port);
        await using var client = await GivenClient.ConnectAsync(_broker.Port, "observer");
        await GivenClient.UntilOnlineAsync(client, "box07");
    }

    public async ValueTask DisposeAsync()
    {
        await _box.StopAsync();
        await _bridge!.DisposeAsync();
        await _box.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task A_thousand_calls_at_once_are_all_answered_each_with_its_own_answer()
    {
        await using var client = await GivenClient.ConnectAsync(_broker.Port, change: options => options with { Timeout = Patience });
        var worker = client.GetProxy<WorkerProxy>("box07", "worker");

        var samples = await Task.WhenAll(Enumerable.Range(0, 1000).Select(value => worker.DescribeAsync(value, Mode.VeryFine, cancellationToken: Cancellation)));

        Assert.Equal(Enumerable.Range(0, 1000).Select(value => (double)value), samples.Select(sample => sample!.Value));
    }

    [Fact]
    [Trait("rule", "MQTT-3.32")]
    public async Task Two_processes_of_one_user_do_not_mix_up_their_answers()
    {
        await using var first = await GivenClient.ConnectAsync(_broker.Port);
        await using var second = await GivenClient.ConnectAsync(_broker.Port);
        var proxies = new[] { first.GetProxy<WorkerProxy>("box07", "worker"), second.GetProxy<WorkerProxy>("box07", "worker") };

        var samples = await Task.WhenAll(Enumerable.Range(0, 200).Select(value => proxies[value % 2].DescribeAsync(value, Mode.VeryFine, cancellationToken: Cancellation)));

        Assert.Equal(Enumerable.Range(0, 200).Select(value => (double)value), samples.Select(sample => sample!.Value));
        Assert.Equal((0, 0), (first.Statistics.UnexpectedReplies, second.Statistics.UnexpectedReplies));
        Assert.True(proxies[0].Lock());
        Assert.False(proxies[1].Lock());
    }

    [Fact]
    [Trait("rule", "MQTT-3.3")]
    public async Task A_call_outlives_a_broker_that_is_killed_and_comes_back()
    {
        await using var client = await GivenClient.ConnectAsync(_broker.Port);
        var worker = client.GetProxy<WorkerProxy>("box07", "worker");
        var joining = worker.JoinAsync(Patience, Cancellation);
        Assert.False(await worker.IsRunningAsync(Cancellation));

        _broker.Kill();
        worker.Channel.Timeout = Patience;
        var asking = worker.CountAsync(cancellationToken: Cancellation);
        _broker.Restart();

        Assert.Equal(1, await asking.WaitAsync(Patience, Cancellation));
        await worker.StopAsync(cancellationToken: Cancellation);
        await joining.WaitAsync(Patience, Cancellation);
        Assert.True(client.Statistics.Repeated > 0);
    }

    [Fact]
    public async Task A_call_whose_answer_is_lost_is_asked_again_and_done_once()
    {
        LossyConnection? lossy = null;
        await using var client = await GivenClient.ConnectAsync(_broker.Port, change: options => options with
        {
            Connect = mqtt => lossy = new LossyConnection(new MosquittoConnection(mqtt), topic => topic.Contains("/reply/box07/", StringComparison.Ordinal) && lossy!.Lost == 0),
        });

        Assert.Equal(1, await client.GetProxy<WorkerProxy>("box07", "worker").CountAsync(cancellationToken: Cancellation));

        Assert.Equal((1, 1), (lossy!.Lost, client.Statistics.Repeated));
        Assert.Equal(2, await client.GetProxy<WorkerProxy>("box07", "worker").CountAsync(cancellationToken: Cancellation));
    }

    [Fact]
    public async Task However_much_is_lost_on_the_way_each_call_is_done_once()
    {
        var random = new Random(31);
        bool Loses(string topic)
        {
            lock (random)
                return topic.Contains("/reply/box07/", StringComparison.Ordinal) && random.NextDouble() < 0.3;
        }

        await using var client = await GivenClient.ConnectAsync(_broker.Port, change: options => options with
        {
            Timeout = Patience,
            Connect = mqtt => new LossyConnection(new MosquittoConnection(mqtt), Loses),
        });
        var worker = client.GetProxy<WorkerProxy>("box07", "worker");

        var counts = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => worker.CountAsync(cancellationToken: Cancellation)));

        Assert.Equal(Enumerable.Range(1, 60).Select(count => (long)count), counts.Order());
        Assert.True(client.Statistics.Repeated > 5);
    }

    [Fact]
    public async Task Calls_beyond_the_rate_that_the_box_allows_are_all_done_each_once()
    {
        await using var client = await GivenClient.ConnectAsync(_broker.Port, change: options => options with { Timeout = Patience });
        var worker = client.GetProxy<WorkerProxy>("box07", "worker");

        // A hundred may come at once, then fifty in each second.
        var counts = await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => worker.CountAsync(cancellationToken: Cancellation)));

        Assert.Equal(Enumerable.Range(1, 250).Select(count => (long)count), counts.Order());
    }

    [Fact]
    public async Task Results_too_large_for_a_message_are_fetched_and_requests_too_large_are_refused()
    {
        await using var client = await GivenClient.ConnectAsync(_broker.Port, change: options => options with { Timeout = Patience });
        var worker = client.GetProxy<WorkerProxy>("box07", "worker");
        var expected = string.Concat(Enumerable.Repeat("ä€\"", 300_000));

        Assert.Equal(expected, await worker.RepeatAsync("ä€\"", 300_000, Cancellation));
        Assert.Equal("1" + expected, await worker.CountAndRepeatAsync("ä€\"", 300_000, Cancellation));
        Assert.Equal(2, await worker.CountAsync(cancellationToken: Cancellation));
        var error = await Assert.ThrowsAsync<QmiException>(() => worker.RepeatAsync(new string('a', 300_000), 1, Cancellation));
        Assert.Equal((ErrorCode.PayloadTooLarge, Executed.No), (error.Code, error.Executed));
    }

    [Fact]
    public async Task A_read_whose_answer_is_lost_is_asked_again()
    {
        LossyConnection? lossy = null;
        await using var client = await GivenClient.ConnectAsync(_broker.Port, change: options => options with
        {
            Connect = mqtt => lossy = new LossyConnection(new MosquittoConnection(mqtt), topic => topic.Contains("/reply/box07/", StringComparison.Ordinal) && lossy!.Lost == 0),
        });

        Assert.Equal(0, await client.GetProxy<MeterProxy>("box07", "meter").GetValueAsync(Cancellation));

        Assert.Equal((1, 1), (lossy!.Lost, client.Statistics.Repeated));
    }

    [Fact]
    public async Task A_subscription_outlives_a_broker_and_tells_what_was_lost_meanwhile()
    {
        await using var client = await GivenClient.ConnectAsync(_broker.Port);
        var meter = client.GetProxy<MeterProxy>("box07", "meter");
        var local = _box.GetProxy<MeterProxy>("meter");
        meter.Channel.Timeout = Patience;
        var receiver = new SignalReceiver<double>();
        meter.Changed.Subscribe(receiver);
        await meter.SetValueAsync(1, Cancellation);
        Assert.Equal(1, receiver.GetNextSignal(Patience).Value);

        _broker.Kill();
        await UntilAsync(() => !client.IsConnected);
        local.PublishMany(50);
        _broker.Restart();
        await meter.SetValueAsync(777, Cancellation);

        // What was published without a broker is lost or waited in the box: either way every number is accounted for.
        var received = 1L;
        while (receiver.GetNextSignal(Patience) is var value && received++ < 100 && value.Value != 777)
        {
        }

        Assert.Equal(52, received + receiver.Lost);
    }

    [Fact]
    public async Task Boxes_and_descriptions_are_found_without_knowing_them()
    {
        await using var client = await GivenClient.ConnectAsync(_broker.Port);

        var box = Assert.Single(await client.GetBoxesAsync(Cancellation));
        Assert.Equal(("box07", true, _box.Boot), (box.Name, box.IsOnline, box.Boot));
        var worker = await client.GetDescriptionAsync("box07", "worker", Cancellation);
        Assert.Equal((ObjectKind.Task, "Qmi.Edge.Bridge.Tests.Worker", RpcAccess.Read, RpcAccess.Admin), (worker.Kind, worker.ClassName, worker.Methods["describe"], worker.Methods["force_unlock"]));
        Assert.Contains("sampled", worker.Signals);
        Assert.Equal("Hz", worker.Document.GetProperty("settings").GetProperty("properties").GetProperty("rate").GetProperty("unit").GetString());
        Assert.Equal(ObjectKind.Instrument, (await client.GetDescriptionAsync("box07", "meter", Cancellation)).Kind);
        Assert.Equal(ErrorCode.NoSuchObject, (await Assert.ThrowsAsync<QmiException>(() => client.GetDescriptionAsync("box07", "nobody", Cancellation))).Code);
        Assert.Equal(ErrorCode.NoSuchObject, (await Assert.ThrowsAsync<QmiException>(() => client.GetProxy<MeterProxy>("box07", "nobody").GetValueAsync(Cancellation))).Code);
    }

    [Fact]
    public async Task A_box_that_is_not_there_is_told_as_such()
    {
        await using var client = await GivenClient.ConnectAsync(_broker.Port);
        var meter = client.GetProxy<MeterProxy>("box99", "meter");
        meter.Channel.Timeout = TimeSpan.FromMilliseconds(300);

        var error = await Assert.ThrowsAsync<QmiException>(() => meter.SetValueAsync(1, Cancellation));

        Assert.Equal((ErrorCode.Expired, Executed.No), (error.Code, error.Executed));
        Assert.Contains("box99", error.Message);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_told_with_what_failed()
    {
        var error = await Assert.ThrowsAsync<QmiException>(() => GivenClient.ConnectAsync(FreePort.Find(), change: options => options with { ConnectTimeout = TimeSpan.FromSeconds(1) }));

        Assert.Equal((ErrorCode.Expired, Executed.No), (error.Code, error.Executed));
        Assert.Contains("refused", error.Message);
    }

    [Fact]
    [Trait("rule", "MQTT-2.7.1")]
    public async Task Presence_is_retained_at_the_broker_and_the_will_says_lost()
    {
        using var supervisor = new Supervisor(_broker.Port, "qmi/v1/client/#");
        await using (await GivenClient.ConnectAsync(_broker.Port))
            supervisor.WaitFor("qmi/v1/client/alice/state", state => state.GetProperty("state").GetString() == "online");

        supervisor.WaitFor("qmi/v1/client/alice/state", state => state.GetProperty("state").GetString() == "offline");
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancellation);
        }
    }
}
