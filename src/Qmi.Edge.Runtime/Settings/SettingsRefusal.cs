namespace Qmi.Edge.Runtime;

/// <summary>Why settings are not accepted, or do not stay.</summary>
internal static class SettingsRefusal
{
    private static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(1);

    /// <param name="expected">The revision that the pusher believes to be the newest.</param>
    /// <param name="head">The one that is.</param>
    /// <param name="changed">The pointers of what was set since; null when that is not known.</param>
    public static QmiException Conflict(long expected, long head, IReadOnlyList<string>? changed)
    {
        var what = changed switch
        {
            null when expected > head => "; it has not been given yet",
            null => "; that is too long ago to say what has changed",
            [] => "",
            _ => $"; since then {string.Join(", ", changed.Select(path => path.Length == 0 ? "all" : path))} was set",
        };
        return new QmiException(ErrorCode.Conflict, $"The settings changed meanwhile: revision {expected} was expected, {head} is the newest{what}. Read them and push again.")
        {
            Details = new Dictionary<string, object?> { ["head_rev"] = head, ["base_rev"] = expected, ["changed_since"] = changed },
        };
    }

    public static QmiException NotSynchronised(string task) =>
        new(ErrorCode.NotSynced, $"The clock of the box is not synchronised, so it cannot keep the time in \"expires\": push to {task} without it, or again when the clock is right.");

    public static QmiException Expired(string task, DateTimeOffset expires) =>
        new(ErrorCode.Expired, $"The settings were wanted until {Timestamps.ToText(expires)}, which is over; {task} did not take them.");

    public static QmiException TooManyUnsaved(string task, int count) =>
        new(ErrorCode.Busy, $"{count} pushes to {task} wait for the box's disk: push less often, or look at the disk.") { RetryAfter = BusyRetry };

    public static QmiException TooRestless(string task) =>
        new(ErrorCode.Busy, $"The settings of {task} change faster than a push can be checked: does the task set them itself in every turn?") { RetryAfter = BusyRetry };

    public static QmiException NotConfirmed(SettingsOrigin origin) =>
        new(ErrorCode.Cancelled, $"Revision {origin.Revision} was not confirmed within {origin.Terms.Confirm!.Value.TotalSeconds} s: it was taken back. Call confirm_settings in time.", Executed.Yes);

    public static QmiException NotConfirmedBeforeRestart(SettingsOrigin origin) =>
        new(ErrorCode.Cancelled, $"Revision {origin.Revision} was not confirmed before the box was restarted: it was taken back. Call confirm_settings in time.", Executed.Yes);

    public static QmiException MadeTaskFail(string task, int failures, long revision) =>
        new(ErrorCode.TaskError, $"{task} failed {failures} times within {SettingsTrial<Nothing>.Duration.TotalSeconds} s of applying revision {revision}: it was taken back. Look at the task's error, mend the values and push again.", Executed.Yes);

    public static QmiException NothingToConfirm(string task, long revision, string why) =>
        new(ErrorCode.WrongState, $"Revision {revision} of {task} waits for no confirmation: {why}.")
        {
            Details = new Dictionary<string, object?> { ["rev"] = revision },
        };
}
