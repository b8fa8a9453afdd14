namespace Qmi.Edge.Runtime;

/// <summary>What a box allows the locks of callers from outside.</summary>
public sealed record LockOptions
{
    /// <summary>The shortest lease: a shorter one ends in a hiccup of the network.</summary>
    public static TimeSpan MinLease { get; } = TimeSpan.FromSeconds(1);

    /// <summary>The lease of whoever asks for none in particular.</summary>
    public static TimeSpan DefaultLease { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest lease; default 1 h, since a lock should not outlive its owner by a shift.</summary>
    public TimeSpan MaxLease { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is left of the lease of a lock that is bound to its owner's presence when the owner is gone; default 5 s.</summary>
    public TimeSpan DeathGrace { get; init; } = TimeSpan.FromSeconds(5);
}
