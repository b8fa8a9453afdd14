namespace Qmi.Edge.Runtime;

/// <summary>A loop has missed a deadline: the first time after a quiet time, the tenth, then at every doubling. The statistics count them all.</summary>
/// <param name="Turn">Which turn it was, counted from 0 since the task was started.</param>
/// <param name="Late">How long after its deadline the turn ended.</param>
/// <param name="Misses">How many there were since the quiet time, this one included.</param>
public readonly record struct LoopMiss(long Turn, TimeSpan Late, long Misses);
