using Microsoft.Extensions.Logging.Abstractions;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public sealed class ReplySenderTests : IAsyncDisposable
{
    private readonly FakeConnection _connection = new();
    private readonly EdgeBox _box = new("box07");
    private readonly ReplySender _sender;

    public ReplySenderTests()
    {
        _connection.Start(new EventRecorder());
        _sender = new ReplySender(_box, new Topics("qmi", "box07"), _connection, NullLogger.Instance);
    }

    private IEnumerable<string> Ids => _connection.Published.Select(published => published.Json.GetProperty("id").GetString()!);

    public ValueTask DisposeAsync() => _box.DisposeAsync();

    [Fact]
    [Trait("rule", "MQTT-3.20")]
    public void Of_a_caller_who_asks_without_end_few_replies_are_in_front_of_anothers()
    {
        Reply("mallory", 1000);
        Reply("bob", 1);

        Assert.Equal("bob-0", Ids.Last());
        Assert.InRange(_connection.Published.Count, 2, 20);
        Assert.Equal(1001, _sender.Count);
    }

    [Fact]
    public void Those_to_one_caller_go_in_order_each_when_an_earlier_one_has_arrived()
    {
        Reply("mallory", 100);

        for (var acknowledged = 0; acknowledged < 100; acknowledged++)
            Acknowledge(acknowledged);

        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"mallory-{number}"), Ids);
        Assert.Equal(0, _sender.Count);
    }

    [Fact]
    public void What_was_under_way_when_the_connection_broke_goes_again_in_its_old_place()
    {
        Reply("mallory", 20);
        var underWay = _connection.Published.Count;
        Acknowledge(1);
        Assert.Equal(underWay + 1, _connection.Published.Count);

        foreach (var published in _connection.Published.Where((_, index) => index != 1).Reverse().ToArray())
            _sender.OnAcknowledged(published.Token, MqttReason.ConnectionLost);
        var before = _connection.Published.Count;
        Assert.True(_sender.Flush());
        for (var index = before; index < before + 19; index++)
            Acknowledge(index);

        Assert.Equal(Enumerable.Range(0, 20).Where(number => number != 1).Select(number => $"mallory-{number}"), Ids.Skip(before));
        Assert.Equal(0, _sender.Count);
    }

    [Fact]
    public void What_the_connection_does_not_take_waits_until_there_is_room()
    {
        _connection.Room = 0;
        Reply("alice", 2);
        Reply("bob", 1);
        Assert.False(_sender.Flush());
        Assert.Empty(Ids);

        _connection.Room = 2;
        Assert.False(_sender.Flush());
        _connection.Room = 10;
        Assert.True(_sender.Flush());

        Assert.Equal(["alice-0", "alice-1", "bob-0"], Ids);
    }

    [Fact]
    public void Of_a_flood_that_the_way_is_too_slow_for_the_last_are_lost_and_counted_and_nobody_elses()
    {
        Reply("mallory", 3000);
        Reply("bob", 1);

        Assert.InRange(_sender.Dropped, 1, 2999);
        Assert.Equal(3001, _sender.Count + _sender.Dropped);
        Assert.Equal("bob-0", Ids.Last());
    }

    private void Acknowledge(int index) => _sender.OnAcknowledged(_connection.Published[index].Token, MqttReason.Success);

    private void Reply(string caller, int count)
    {
        for (var number = 0; number < count; number++)
        {
            var request = new PendingRequest { Topic = new RequestTopic(RpcAccess.Read, caller, "stage", "get_status", IsWhole: true), Id = $"{caller}-{number}", Received = 0 };
            _sender.Send(request, new RpcReply(null, "1"u8.ToArray()) { Id = request.Id });
        }
    }
}
