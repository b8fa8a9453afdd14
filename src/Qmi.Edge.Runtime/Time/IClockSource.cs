namespace Qmi.Edge.Runtime;

/// <summary>Knows how far the wall clock can be trusted. A box asks it every few seconds, on a thread of the pool.</summary>
public interface IClockSource
{
    /// <summary>Looks.</summary>
    ClockReading Read();
}

/// <summary>How far the wall clock can be trusted.</summary>
/// <param name="IsSynchronised">Whether something keeps it right.</param>
/// <param name="Source">What does: <c>chrony</c>, <c>systemd-timesyncd</c>, <c>ntp</c>, <c>ptp</c>, <c>external</c> for something that cannot be seen from here, <c>none</c>.</param>
/// <param name="Error">How wrong it is by its own estimate; null when there is none.</param>
public sealed record ClockReading(bool IsSynchronised, string Source, TimeSpan? Error = null);
