using System.Diagnostics;
using System.Text.Json;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>
/// Ten tasks that publish at 1 kHz: what arrives at a subscriber, what it costs; and how long a snapshot takes while the connection for data is
/// so slow that it is full all the time, in turns with that of a box whose connection is idle.
/// </summary>
internal static class DataPath
{
    private const int Tasks = 10;
    private const int Rounds = 40;
    private const int AsksPerRound = 500;

    // One of both comes after a rest: a hundredth of its calls would be those that find everything cold.
    private const int WarmingAsks = 100;
    private const int SlowBytesPerSecond = 40_000;

    public static async Task<int> RunAsync(int port, int seconds)
    {
        await MeasureLoopsAloneAsync(seconds);
        await MeasureArrivalAsync(port, seconds);
        await MeasureControlAsync(port);
        return 0;
    }

    private static async Task MeasureLoopsAloneAsync(int seconds)
    {
        await using var box = new EdgeBox("bench-alone");
        Start(box);
        Samples.Print("kilohertz_alone_cpu", await CpuAsync(TimeSpan.FromSeconds(seconds)));
    }

    private static async Task MeasureArrivalAsync(int port, int seconds)
    {
        await using var box = new EdgeBox("bench-data");
        var tasks = Start(box);
        var subscriber = new Counter();
        await using var subscriptions = new MosquittoConnection(Options(port, "bench-counter"));
        subscriber.Connection = subscriptions;
        subscriptions.Start(subscriber);
        await using (var bridge = Bridge(box, port, port))
        {
            bridge.Start();
            await WaitAsync(() => subscriber.Signals == Tasks);
            var (before, allocated, collections) = (subscriber.Values, GC.GetTotalAllocatedBytes(), GC.CollectionCount(0));
            var clock = Stopwatch.StartNew();
            Samples.Print("kilohertz_cpu", await CpuAsync(TimeSpan.FromSeconds(seconds)));
            Samples.Print("kilohertz_values_per_s", (subscriber.Values - before) / clock.Elapsed.TotalSeconds);
            Samples.Print("kilohertz_bytes_per_s", (GC.GetTotalAllocatedBytes() - allocated) / clock.Elapsed.TotalSeconds);
            Samples.Print("kilohertz_collections", GC.CollectionCount(0) - collections);
            tasks.ForEach(task => task.Stop());
            foreach (var task in tasks)
                task.Join();
            await WaitAsync(() => subscriber.Ended(box));
        }

        Samples.Print("kilohertz_missing", subscriber.Missing);
        Samples.Print("kilohertz_payload_bytes_per_value", subscriber.Bytes / (double)subscriber.Values);
    }

    private static async Task MeasureControlAsync(int port)
    {
        using var throttle = new Throttle(port, SlowBytesPerSecond);
        await using var box = new EdgeBox("bench-control");
        var device = box.MakeInstrument<EmptyInstrument>("device");
        box.MakeTask<BusyLoop>("asked");
        await using var bridge = Bridge(box, port, throttle.Port);
        bridge.Start();
        // What the first has not sent yet it sends for a while when nothing is published any more, so it is never idle.
        await using var idleBox = new EdgeBox("bench-idle");
        idleBox.MakeInstrument<EmptyInstrument>("device");
        idleBox.MakeTask<BusyLoop>("asked");
        await using var idleBridge = Bridge(idleBox, port, port);
        idleBridge.Start();
        var asker = new Asker();
        await using var connection = new MosquittoConnection(Options(port, "bench-asker"));
        asker.Connection = connection;
        connection.Start(asker);
        await asker.Ready.Task;
        var publishing = false;
        var publisher = new Thread(() =>
        {
            // As ten tasks at 1 kHz would: far more than the way takes, and little for the machine.
            for (var number = 0; ; number++)
            {
                Thread.Sleep(1);
                if (Volatile.Read(ref publishing))
                    device.Publish(number * 10, 10);
            }
        })
        { IsBackground = true };
        publisher.Start();

        var (idle, full) = (new Samples(Rounds * AsksPerRound), new Samples(Rounds * AsksPerRound));
        var (ratios50, ratios99) = (new double[Rounds], new double[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            Volatile.Write(ref publishing, true);
            // The first fills the way, and what waits for it then keeps it full.
            var published = 20_000 + (round * 2_000);
            await WaitAsync(() => box.FindObject("device")!.Signals.Get<double>("ticked").NextSequence > published);
            var whenFull = Ask(asker, box);
            Volatile.Write(ref publishing, false);
            var whenIdle = Ask(asker, idleBox);
            (ratios50[round], ratios99[round]) = (whenFull.Percentile(50) / whenIdle.Percentile(50), whenFull.Percentile(99) / whenIdle.Percentile(99));
            full.Add(whenFull);
            idle.Add(whenIdle);
        }

        idle.Print("control_idle");
        full.Print("control_full");
        // Of both, a machine that others use as well makes the tail in some rounds several times as long.
        PrintQuartiles("control_p50_ratio", ratios50);
        PrintQuartiles("control_p99_ratio", ratios99);
    }

    private static void PrintQuartiles(string name, double[] ratios)
    {
        Array.Sort(ratios);
        Samples.Print(name, ratios[ratios.Length / 2]);
        Samples.Print(name + "_low", ratios[ratios.Length / 4]);
        Samples.Print(name + "_high", ratios[ratios.Length * 3 / 4]);
    }

    private static Samples Ask(Asker asker, EdgeBox box)
    {
        var samples = new Samples(AsksPerRound);
        var topic = System.Text.Encoding.UTF8.GetBytes($"qmi/v1/box/{box.Name}/get/asker/asked/get_status");
        for (var ask = -WarmingAsks; ask < AsksPerRound; ask++)
        {
            var ticks = asker.Ask(topic);
            if (ask >= 0)
                samples.Add(ticks);
        }

        return samples;
    }

    private static List<KilohertzLoopProxy> Start(EdgeBox box)
    {
        var tasks = Enumerable.Range(0, Tasks).Select(number => box.MakeTask<KilohertzLoop>($"loop{number}")).ToList();
        tasks.ForEach(task => task.Start());
        return tasks;
    }

    private static MqttBridge Bridge(EdgeBox box, int port, int dataPort) => new(
        box,
        (customise, _) =>
        {
            var options = customise(Options(port, box.Name));
            return new MosquittoConnection(options.ClientId == box.Name ? options : options with { Port = dataPort });
        },
        new BridgeOptions());

    private static MqttOptions Options(int port, string client) => new() { Host = "127.0.0.1", Port = port, ClientId = client };

    private static async Task<double> CpuAsync(TimeSpan duration)
    {
        using var process = Process.GetCurrentProcess();
        await Task.Delay(TimeSpan.FromSeconds(1));
        process.Refresh();
        var (before, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
        await Task.Delay(duration);
        process.Refresh();
        return (process.TotalProcessorTime - before) / clock.Elapsed * 100;
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(20))
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(60))
                throw new TimeoutException();
        }
    }

    /// <summary>Counts the values that arrive, and those that do not. It looks at the numbers alone, so that it costs little.</summary>
    private sealed class Counter : IMqttEvents
    {
        private readonly Dictionary<string, long> _next = [];
        private long _values;

        public int Signals
        {
            get
            {
                lock (_next)
                    return _next.Count;
            }
        }

        public long Values => Volatile.Read(ref _values);

        public long Bytes { get; private set; }

        public long Missing { get; private set; }

        public bool Ended(EdgeBox box)
        {
            lock (_next)
                return box.Objects.All(target => _next.GetValueOrDefault(target.Name) == target.Signals.Find("reading").NextSequence);
        }

        public void OnConnected(MqttSession session) => Connection?.TrySubscribe(Subscription);

        public IMqttConnection? Connection { get; set; }

        public static MqttSubscription Subscription { get; } = new("qmi/v1/box/bench-data/task/+/sig/reading", MqttQos.AtMostOnce);

        public void OnMessage(in MqttMessage message)
        {
            var name = System.Text.Encoding.UTF8.GetString(message.Topic).Split('/')[5];
            var (first, count) = Read(message.Payload);
            lock (_next)
            {
                if (_next.TryGetValue(name, out var next))
                    Missing += first - next;
                _next[name] = first + count;
            }

            Bytes += message.Payload.Length;
            Volatile.Write(ref _values, _values + count);
        }

        public void OnDisconnected(MqttDisconnection disconnection)
        {
        }

        public void OnAcknowledged(long token, MqttReason reason)
        {
        }

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason)
        {
        }

        public void OnUnsubscribed(string filter, MqttReason reason)
        {
        }

        public void OnRoom()
        {
        }

        private static (long First, long Count) Read(ReadOnlySpan<byte> payload)
        {
            var reader = new Utf8JsonReader(payload);
            var (first, count) = (0L, 0L);
            while (count == 0 && reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                var (isFirst, isCount) = (reader.ValueTextEquals("s"u8), reader.ValueTextEquals("n"u8));
                reader.Read();
                if (isFirst)
                    first = reader.GetInt64();
                else if (isCount)
                    count = reader.GetInt64();
                else
                    reader.Skip();
            }

            return (first, count);
        }
    }

    /// <summary>Asks one thing at a time, and waits for the answer in its own thread: a way through the thread pool would be most of what it measures.</summary>
    private sealed class Asker : IMqttEvents
    {
        private static readonly MqttSubscription Replies = new("qmi/v1/client/asker/#", MqttQos.AtMostOnce);

        private readonly Parker _parker = Parker.Create(TimeProvider.System);
        private volatile bool _isAnswered;

        public IMqttConnection? Connection { get; set; }

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Ask(byte[] topic)
        {
            _isAnswered = false;
            var start = Stopwatch.GetTimestamp();
            Connection!.TryPublish(new MqttPublication { Topic = topic, ResponseTopic = "qmi/v1/client/asker/reply"u8, CorrelationData = "1"u8 });
            while (!_isAnswered)
            {
                if (!_parker.Park(TimeProvider.System.GetDeadline(TimeSpan.FromSeconds(30))))
                    throw new TimeoutException();
            }

            return Stopwatch.GetTimestamp() - start;
        }

        public void OnConnected(MqttSession session) => Connection!.TrySubscribe(Replies);

        public void OnMessage(in MqttMessage message)
        {
            _isAnswered = true;
            _parker.Unpark();
        }

        public void OnSubscribed(MqttSubscription subscription, MqttReason reason) => Ready.TrySetResult();

        public void OnDisconnected(MqttDisconnection disconnection)
        {
        }

        public void OnAcknowledged(long token, MqttReason reason)
        {
        }

        public void OnUnsubscribed(string filter, MqttReason reason)
        {
        }

        public void OnRoom()
        {
        }
    }
}
