using System.Collections.Immutable;

namespace Qmi.Edge.Runtime;

/// <summary>The answer to the newest push of each caller.</summary>
internal sealed class SettingsAcks
{
    /// <summary>How many callers are remembered; of more, those whose last push is longest ago are forgotten.</summary>
    public const int Capacity = 64;

    public static readonly SettingsAcks None = new([]);

    private readonly ImmutableArray<SettingsAck> _newest;

    private SettingsAcks(ImmutableArray<SettingsAck> newest) => _newest = newest;

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<SettingsAck> All => _newest;

    public static SettingsAcks Of(IEnumerable<SettingsAck> acks) => acks.OrderBy(ack => ack.Order).Aggregate(None, (all, ack) => all.With(ack));

    /// <summary>With an answer added. One to a push that is not its caller's newest changes nothing.</summary>
    public SettingsAcks With(SettingsAck ack)
    {
        if (!ack.IsForOutside || Find(ack.Caller) is { } known && known.Order > ack.Order)
            return this;
        var others = _newest.RemoveAll(other => other.Caller == ack.Caller);
        if (others.Length == Capacity)
            others = others.RemoveAt(0);
        var place = others.Length;
        while (place > 0 && others[place - 1].Order > ack.Order)
            place--;
        return new SettingsAcks(others.Insert(place, ack));
    }

    public SettingsAck? Find(string caller) => _newest.FirstOrDefault(ack => ack.Caller == caller);
}
