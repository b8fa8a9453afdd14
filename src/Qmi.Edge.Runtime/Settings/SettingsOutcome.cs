namespace Qmi.Edge.Runtime;

/// <summary>What became of a settings push.</summary>
public enum SettingsResult
{
    /// <summary>In effect.</summary>
    Applied,

    /// <summary>A newer push took its place before the task looked at it.</summary>
    Superseded,

    /// <summary>The task refused them; the old ones stay in effect.</summary>
    Failed,
}

/// <summary>The final answer to a settings push.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Revision">The revision that the push was given.</param>
/// <param name="Turn">The turn of the loop at which it took effect; null when it did not, or the task has no loop.</param>
/// <param name="Error">Why it failed.</param>
public sealed record SettingsOutcome(SettingsResult Result, long Revision, long? Turn = null, QmiException? Error = null);

/// <summary>An accepted push: it has a revision now, and will have an outcome.</summary>
/// <param name="Revision">The revision it was given.</param>
/// <param name="Outcome">Completes when the task has adopted it, refused it or never will.</param>
public sealed record SettingsPush(long Revision, Task<SettingsOutcome> Outcome);

/// <summary>Where a value of settings came from.</summary>
/// <param name="Revision">Rises with every accepted push; 0 = the initial settings.</param>
/// <param name="By">Who pushed it.</param>
/// <param name="RequestId">The caller's id of the push.</param>
/// <param name="At">When it was accepted, or took effect.</param>
public sealed record SettingsOrigin(long Revision, string By, string? RequestId, DateTimeOffset At);
