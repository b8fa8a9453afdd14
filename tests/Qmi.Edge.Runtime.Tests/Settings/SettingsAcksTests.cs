namespace Qmi.Edge.Runtime.Tests;

public class SettingsAcksTests
{
    [Fact]
    public void Each_caller_has_its_newest_answer_and_an_older_one_does_not_take_its_place()
    {
        var acks = SettingsAcks.None
            .With(Ack("alice", 1, SettingsAckState.Pending))
            .With(Ack("bob", 2, SettingsAckState.Pending))
            .With(Ack("alice", 3, SettingsAckState.Pending))
            .With(Ack("alice", 1, SettingsAckState.Superseded))
            .With(Ack("alice", 3, SettingsAckState.Applied));

        Assert.Equal([("bob", SettingsAckState.Pending), ("alice", SettingsAckState.Applied)], acks.All.Select(ack => (ack.Caller, ack.State)));
    }

    [Fact]
    public void Code_of_the_process_gets_none() =>
        Assert.Empty(SettingsAcks.None.With(Ack("_local", 1, SettingsAckState.Applied) with { Road = PushRoad.Local }).All);

    [Fact]
    public void Of_too_many_callers_those_are_forgotten_whose_push_is_longest_ago()
    {
        var acks = SettingsAcks.None;
        for (var caller = 0; caller < SettingsAcks.Capacity + 10; caller++)
            acks = acks.With(Ack($"caller-{caller}", caller, SettingsAckState.Applied));

        Assert.Equal(SettingsAcks.Capacity, acks.All.Count);
        Assert.Null(acks.Find("caller-9"));
        Assert.NotNull(acks.Find("caller-10"));
    }

    [Fact]
    public void Every_state_has_a_name_and_a_number_of_its_own()
    {
        var states = Enum.GetValues<SettingsAckState>();

        Assert.Equal(["pending", "applied", "rejected", "failed", "superseded", "expired", "rolled_back"], states.Select(SettingsAckStates.NameOf));
        Assert.Equal(states.Length, states.Select(SettingsAckStates.NumberOf).Distinct().Count());
        Assert.All(states, state => Assert.Equal(state, SettingsAckStates.Parse(SettingsAckStates.NameOf(state))));
        Assert.Throws<FormatException>(() => SettingsAckStates.Parse("done"));
    }

    private static SettingsAck Ack(string caller, long order, SettingsAckState state) => new(caller, $"p-{order}", order, state, default) { Order = order, Road = PushRoad.Topic };
}
