namespace Qmi.Edge.Runtime;

/// <summary>One published value.</summary>
/// <param name="Sequence">Counted by the publisher from 0, without gaps: a gap between two received values is a loss.</param>
/// <param name="Monotonic">When, nanoseconds on the monotonic clock.</param>
/// <param name="Time">When, wall clock (UTC).</param>
/// <param name="Value">The value.</param>
public readonly record struct SignalValue<T>(long Sequence, long Monotonic, DateTimeOffset Time, T Value);
