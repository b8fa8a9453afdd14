namespace Qmi.Edge.Runtime;

/// <summary>How it is that no revision is ever given twice, whatever the disk loses.</summary>
internal static class SettingsRevisions
{
    /// <summary>How many pushes may wait for the disk; the next one is told BUSY.</summary>
    public const int MostUnsaved = 1000;

    /// <summary>
    /// How many are skipped when the newest record was damaged and the one before it is used: far more than can have been given between
    /// the two, so that nobody who has seen one of those meets another under its number.
    /// </summary>
    public const long Gap = 1_000_000;

    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Where to begin when nothing of what was given is known any more: the seconds of the clock, which are above all that was given
    /// before as long as the clock is about right and nobody pushed once a second for years.
    /// </summary>
    public static long AfterLoss(DateTimeOffset now) => Math.Max(Gap, (long)(now - Epoch).TotalSeconds);
}
