using System.Collections.Immutable;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Settings that have not shown yet that the task can live with them, and what to go back to: first to those before, and if the task cannot
/// live with those either, to the newest that it has lived with. When pushes follow each other quickly, <see cref="Candidate"/> is the one
/// that is watched; those after it have their turn later.
/// </summary>
/// <param name="Proven">The newest settings that the task has lived with.</param>
/// <param name="Before">Those that were in effect before those that are now; perhaps the same.</param>
/// <param name="Candidate">Those it must live with next.</param>
/// <param name="Failures">How often the task failed with those in effect.</param>
internal sealed record SettingsTrial<T>(SettingsEntry<T> Proven, SettingsEntry<T> Before, SettingsEntry<T> Candidate, int Failures)
{
    /// <summary>How long the task must run with settings.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);

    /// <summary>How often the task may fail within that time: at the third time the settings are taken back.</summary>
    public const int MostFailures = 3;
}

/// <summary>Settings in effect that are taken back unless they are confirmed.</summary>
/// <param name="Origin">Who pushed them.</param>
/// <param name="BaseRevision">What was in effect before.</param>
/// <param name="Undo">What takes them back.</param>
/// <param name="Deadline">When it is too late, monotonic nanoseconds; 0 when that was in an earlier life of the box.</param>
internal sealed record UnconfirmedSettings(SettingsOrigin Origin, long BaseRevision, ImmutableArray<JsonEdit> Undo, long Deadline)
{
    public long Revision => Origin.Revision;
}
