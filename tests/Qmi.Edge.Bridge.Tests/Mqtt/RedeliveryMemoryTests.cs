using System.Text;

namespace Qmi.Edge.Bridge.Tests;

public class RedeliveryMemoryTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void What_comes_again_after_a_resumed_session_is_recognised_once()
    {
        var memory = Memory();
        Assert.False(Receive(memory, 7, "t", "a"));
        memory.Connected(isResumed: true);

        Assert.True(Receive(memory, 7, "t", "a"));
        Assert.False(Receive(memory, 7, "t", "a"));
    }

    [Fact]
    public void Within_one_connection_nothing_is_a_redelivery()
    {
        var memory = Memory();

        Assert.False(Receive(memory, 7, "t", "a"));
        Assert.False(Receive(memory, 7, "t", "a"));
    }

    [Theory]
    [InlineData(8, "t", "a")]
    [InlineData(7, "u", "a")]
    [InlineData(7, "t", "b")]
    [InlineData(7, "ta", "")]
    [InlineData(7, "", "ta")]
    public void Another_identifier_topic_or_payload_is_another_message(ushort id, string topic, string payload)
    {
        var memory = Memory();
        Receive(memory, 7, "t", "a");
        memory.Connected(isResumed: true);

        Assert.False(Receive(memory, id, topic, payload));
    }

    [Fact]
    public void A_new_session_brings_nothing_again()
    {
        var memory = Memory();
        Receive(memory, 7, "t", "a");
        memory.Connected(isResumed: false);
        Assert.False(Receive(memory, 7, "t", "a"));
    }

    [Fact]
    public void What_is_older_than_30_seconds_is_a_new_message()
    {
        var memory = Memory();
        Receive(memory, 7, "t", "a");
        Receive(memory, 8, "t", "a");
        _time.Advance(TimeSpan.FromSeconds(30));
        memory.Connected(isResumed: true);

        Assert.True(Receive(memory, 7, "t", "a"));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(Receive(memory, 8, "t", "a"));
    }

    [Fact]
    public void It_may_come_again_after_a_second_break_in_either_connection()
    {
        var memory = Memory();
        Receive(memory, 1, "t", "a");
        Receive(memory, 2, "t", "b");
        memory.Connected(isResumed: true);
        Assert.True(Receive(memory, 1, "t", "a"));
        memory.Connected(isResumed: true);

        Assert.True(Receive(memory, 1, "t", "a"));
        Assert.True(Receive(memory, 2, "t", "b"));
    }

    [Fact]
    public void An_identifier_in_use_again_settles_all_that_had_it_before()
    {
        var memory = Memory();
        Receive(memory, 1, "t", "a");
        Receive(memory, 1, "t", "b");
        memory.Connected(isResumed: true);

        Assert.True(Receive(memory, 1, "t", "b"));
        Assert.False(Receive(memory, 1, "t", "a"));
    }

    [Fact]
    public void Only_as_many_are_remembered_as_the_broker_may_have_left_unacknowledged()
    {
        var memory = Memory();
        for (ushort id = 1; id <= 40; id++)
            Receive(memory, id, "t", "a");
        memory.Connected(isResumed: true);

        Assert.False(Receive(memory, 8, "t", "a"));
        Assert.True(Receive(memory, 9, "t", "a"));
        Assert.True(Receive(memory, 40, "t", "a"));
    }

    private RedeliveryMemory Memory() => new(32, _time);

    private static bool Receive(RedeliveryMemory memory, ushort id, string topic, string payload) => memory.Receive(id, Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(payload));
}
