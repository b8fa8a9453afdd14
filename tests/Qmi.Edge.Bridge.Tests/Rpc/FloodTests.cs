using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Qmi.Edge.Testing;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>One caller sends thousands of requests a second, of whatever kind. What another caller notices of it.</summary>
[Collection(nameof(Alone))]
public class FloodTests(ITestOutputHelper output)
{
    private const int PerSecond = 4000;
    private const int Stops = 60;

    // The promise: no more than this for whoever wants to stop something.
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(200);

    public static TheoryData<string, string, string> Kinds => new()
    {
        { "calls", "call/mallory/stage/bump", "{}" },
        { "calls with an id", "call/mallory/stage/bump", """{"id":"always the same"}""" },
        { "calls that take long", "call/mallory/stage/bump", """{"args":{"hold_ms":100}}""" },
        { "reads", "get/mallory/stage/repeat", """["0123456789",50]""" },
        { "snapshots", "get/mallory/stage/get_status", "" },
        { "no JSON", "call/mallory/stage/bump", "{bad" },
        { "stops", "call/mallory/stage/stop", "{}" },
        { "pushes", "task/stage/push/mallory", """{"values":{"rate_hz":20}}""" },
    };

    [Theory]
    [Trait("rule", "MQTT-3.20")]
    [MemberData(nameof(Kinds))]
    public async Task The_stop_of_another_caller_is_answered_in_time(string kind, string topic, string payload)
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        await using var bob = new Stopper(given);
        bob.Ask(Stops / 2);
        var quiet = bob.Ask(Stops);

        TimeSpan[] flooded;
        double rate;
        var pauses = GC.GetTotalPauseDuration();
        await using (var flood = new Flood(given.Broker.Port, given.Topic(topic), Encoding.UTF8.GetBytes(payload), PerSecond))
        {
            Assert.True(SpinWait.SpinUntil(() => flood.Sent > PerSecond / 4, ChildProcess.Patience));
            flooded = bob.Ask(Stops);
            rate = flood.Rate;
        }

        pauses = GC.GetTotalPauseDuration() - pauses;
        // The box shares its process with the flood and all tests before: a long pause of the collector is theirs too.
        output.WriteLine($"{kind}: {rate:0} a second; a stop takes {Text(quiet)} without them and {Text(flooded)} with them; the collector paused all for {pauses.TotalMilliseconds:0.0} ms in all");
        Assert.True(rate > PerSecond / 4, $"A flood of {rate:0} a second is none.");
        // What the machine itself took meanwhile is not the flood's.
        Assert.True(flooded.Max() - quiet.Max() < Allowed, $"The slowest stop took {flooded.Max().TotalMilliseconds:0} ms under the flood, and {quiet.Max().TotalMilliseconds:0} ms without it; pauses of the collector: {pauses.TotalMilliseconds:0} ms in all.");
    }

    private static string Text(TimeSpan[] times) => $"{times.Order().ElementAt(times.Length / 2).TotalMilliseconds:0.0} ms (at most {times.Max().TotalMilliseconds:0.0} ms)";

    /// <summary>Asks for a stop, waits for the answer, and asks again.</summary>
    private sealed class Stopper : IAsyncDisposable
    {
        private readonly MosquittoConnection _connection;
        private readonly byte[] _topic;
        private readonly AutoResetEvent _answered = new(false);
        private string _awaited = "";
        private string _answer = "";
        private int _count;

        public Stopper(GivenBridge given)
        {
            _topic = Encoding.UTF8.GetBytes(given.Topic("call/bob/stage/stop"));
            _connection = new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = given.Broker.Port, ClientId = "bob" });
            var events = new EventRecorder { Message = OnMessage };
            _connection.Start(events);
            events.WaitForSession();
            Assert.True(_connection.TrySubscribe(new MqttSubscription(given.Topic("reply/bob/#"), MqttQos.AtLeastOnce)));
            events.WaitForSubscriptions();
        }

        public TimeSpan[] Ask(int count) => [.. Enumerable.Range(0, count).Select(_ => Ask())];

        public async ValueTask DisposeAsync()
        {
            await _connection.DisposeAsync();
            _answered.Dispose();
        }

        private TimeSpan Ask()
        {
            _awaited = $"stop-{++_count}";
            var start = Stopwatch.GetTimestamp();
            Assert.True(_connection.TryPublish(new MqttPublication { Topic = _topic, Payload = Encoding.UTF8.GetBytes($"{{\"id\":\"{_awaited}\"}}"), Qos = MqttQos.AtLeastOnce }));
            Assert.True(_answered.WaitOne(ChildProcess.Patience), $"{_awaited} was not answered.");
            Assert.Contains("\"ok\":true", _answer);
            return Stopwatch.GetElapsedTime(start);
        }

        private void OnMessage(in MqttMessage message)
        {
            _answer = Encoding.UTF8.GetString(message.Payload);
            if (JsonElement.Parse(message.Payload).GetProperty("id").GetString() == _awaited)
                _answered.Set();
        }
    }
}
