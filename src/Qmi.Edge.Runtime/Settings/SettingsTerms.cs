namespace Qmi.Edge.Runtime;

/// <summary>The conditions of a settings push; the default has none.</summary>
public sealed record SettingsTerms
{
    /// <summary>The longest time that a push may ask for before it must be confirmed.</summary>
    public static readonly TimeSpan LongestConfirm = TimeSpan.FromDays(1);

    /// <summary>No conditions.</summary>
    public static SettingsTerms None { get; } = new();

    /// <summary>Whether the task takes them only when it is started the next time, before it prepares its loop.</summary>
    public bool AtNextStart { get; init; }

    /// <summary>When they are no longer wanted, wall clock: not in effect by then, they never will be.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How long after they came into effect somebody must have confirmed them, else they are taken back; null = they need no confirmation. At most 24 h.</summary>
    public TimeSpan? Confirm { get; init; }

    /// <summary>What for, shown to everybody.</summary>
    public string? Note { get; init; }

    /// <summary>Whether a merge that takes their place may carry their values on: conditions cannot be shared, so values that have some go with them.</summary>
    internal bool ArePlain => !AtNextStart && Expires is null && Confirm is null;
}
