namespace Qmi.Edge.Runtime;

/// <summary>How many durations are about equally long.</summary>
/// <param name="UpTo">The longest that count here; the shortest is at most 1/32 less.</param>
/// <param name="Count">How many.</param>
public readonly record struct TimeBucket(TimeSpan UpTo, long Count);
