namespace Qmi.Edge.Runtime;

/// <summary>What became of a settings push.</summary>
public enum SettingsResult
{
    /// <summary>In effect, and safe from power cuts.</summary>
    Applied,

    /// <summary>A newer push took its place before the task looked at it.</summary>
    Superseded,

    /// <summary>The task refused them, or the disk did not take them; the old ones stay in effect.</summary>
    Failed,

    /// <summary>Their time was over before the task looked at them.</summary>
    Expired,
}

/// <summary>The final answer to a settings push.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Revision">The revision that the push was given.</param>
/// <param name="Turn">The turn of the loop at which it took effect; null when it did not, or the task has no loop.</param>
/// <param name="Error">Why it failed.</param>
public sealed record SettingsOutcome(SettingsResult Result, long Revision, long? Turn = null, QmiException? Error = null);

/// <summary>A push that passed all checks: it has a revision now, and will have an outcome.</summary>
/// <param name="Revision">The revision it was given.</param>
/// <param name="Accepted">Completes when a power cut can no longer undo it; at once when the box remembers nothing. Fails with <see cref="ErrorCode.Busy"/> when the disk does not take it: then the outcome is <see cref="SettingsResult.Failed"/>.</param>
/// <param name="Outcome">Completes when the task has adopted it, refused it or never will.</param>
public sealed record SettingsPush(long Revision, Task Accepted, Task<SettingsOutcome> Outcome);
