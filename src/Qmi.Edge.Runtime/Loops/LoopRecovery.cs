namespace Qmi.Edge.Runtime;

/// <summary>A loop has missed no deadline for 10 s, or 10 periods when that is longer.</summary>
/// <param name="Turn">The turn at whose end that was seen, counted from 0 since the task was started.</param>
/// <param name="Misses">How many there were.</param>
/// <param name="Over">From the first to the last of them.</param>
public readonly record struct LoopRecovery(long Turn, long Misses, TimeSpan Over);
