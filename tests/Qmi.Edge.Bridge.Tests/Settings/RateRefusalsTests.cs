using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public class RateRefusalsTests
{
    private readonly ManualTime _time = new();
    private readonly RateRefusals _refusals;
    private long _order;
    private long _next;

    public RateRefusalsTests() => _refusals = new RateRefusals(_time);

    [Fact]
    public void The_first_is_answered_at_once_with_its_id_and_why()
    {
        Assert.True(Push("p-1"));

        var (task, ack) = Take()!.Value;

        Assert.Equal(("stage", "mallory", "p-1", SettingsAckState.Rejected, ErrorCode.Busy), (task, ack.Caller, ack.RequestId, ack.State, ack.Error!.Code));
    }

    [Fact]
    public void Of_those_that_follow_the_newest_is_answered_when_a_tenth_of_a_second_is_over()
    {
        Push("p-1");
        Take();
        Assert.False(Push("p-2"));
        Assert.False(Push("p-3"));

        Assert.Null(Take());
        Assert.Equal(100 * MonotonicTime.Millisecond, _next);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(("p-3", 3), (Take()!.Value.Ack.RequestId, _order));
        Assert.Null(Take());
    }

    [Fact]
    public void One_that_comes_long_after_is_a_first_one_again()
    {
        Push("p-1");
        Take();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Null(Take());
        Assert.Equal(MonotonicTime.Never, _next);

        Assert.True(Push("p-2"));
        Assert.Equal("p-2", Take()!.Value.Ack.RequestId);
    }

    [Fact]
    public void Callers_do_not_wait_for_each_other()
    {
        Push("p-1");
        Take();

        Assert.True(Push("p-2", caller: "alice"));
        Assert.Equal("alice", Take()!.Value.Ack.Caller);
    }

    [Fact]
    public void A_push_that_is_no_JSON_is_answered_without_an_id()
    {
        _refusals.Add("stage", Pusher("mallory"), "{bad"u8, new QmiException(ErrorCode.Busy, "too many"));

        Assert.Null(Take()!.Value.Ack.RequestId);
    }

    [Fact]
    public void A_push_of_which_nothing_was_kept_is_answered_without_an_id()
    {
        _refusals.Add("stage", Pusher("mallory"), default, new QmiException(ErrorCode.Busy, "too many"));

        var ack = Take()!.Value.Ack;

        Assert.Equal((null, ErrorCode.Busy), (ack.RequestId, ack.Error!.Code));
    }

    private bool Push(string id, string caller = "mallory") =>
        _refusals.Add("stage", Pusher(caller), Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"values\":{{}}}}"), new QmiException(ErrorCode.Busy, "too many"));

    private SettingsPusher Pusher(string caller) => new(new Caller(caller), null, PushRoad.Topic, ++_order);

    private (string Task, SettingsAck Ack)? Take()
    {
        _next = MonotonicTime.Never;
        return _refusals.Take(_time.Now, ref _next);
    }
}
