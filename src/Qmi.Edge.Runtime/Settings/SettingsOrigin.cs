using System.Collections.Immutable;

namespace Qmi.Edge.Runtime;

/// <summary>Where a value of settings came from.</summary>
/// <param name="Revision">Rises with every accepted push and every local change; 0 = the initial settings.</param>
/// <param name="By">Who pushed it; names that begin with <c>_</c> are the box's own.</param>
/// <param name="RequestId">The caller's id of the push.</param>
/// <param name="At">When it was accepted, or took effect.</param>
public sealed record SettingsOrigin(long Revision, string By, string? RequestId, DateTimeOffset At)
{
    /// <summary>As whom the box takes settings back.</summary>
    public const string Rollback = "_rollback";

    /// <summary>As whom the box replaces settings that its software can no longer read.</summary>
    public const string Recovery = "_recovery";

    /// <summary>Under which conditions it was pushed.</summary>
    public SettingsTerms Terms { get; init; } = SettingsTerms.None;

    /// <summary>On which way it came.</summary>
    internal PushRoad Road { get; init; }

    /// <summary>Rises with every push that arrives, also with those that are refused.</summary>
    internal long Order { get; init; }

    /// <summary>The pushes that this one takes back, when it is a rollback.</summary>
    internal ImmutableArray<SettingsOrigin> Undoes { get; init; } = [];
}

/// <summary>The ways on which settings come into a box.</summary>
public enum PushRoad
{
    /// <summary>From code in the same process, or from the box itself.</summary>
    Local,

    /// <summary>With a call, which is answered.</summary>
    Call,

    /// <summary>On the caller's push topic, which is cleared when the push is answered.</summary>
    Topic,
}

/// <summary>Who pushes settings from outside.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="RequestId">Its id of the push.</param>
/// <param name="Road">On which way.</param>
/// <param name="Order">As which of all that arrived: <see cref="QmiTaskRunner.TakePushOrder"/>.</param>
public readonly record struct SettingsPusher(Caller Caller, string? RequestId, PushRoad Road, long Order)
{
    /// <summary>Code in the same process.</summary>
    internal static SettingsPusher Local { get; } = new(Caller.Local, null, PushRoad.Local, 0);
}

/// <summary>Settings and where they came from.</summary>
internal sealed record SettingsEntry<T>(T Value, SettingsOrigin Origin)
{
    public long Revision => Origin.Revision;
}
