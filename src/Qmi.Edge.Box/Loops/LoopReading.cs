using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>What was heard of a loop.</summary>
/// <param name="Task">Name of the task.</param>
/// <param name="Statistics">What it has done; null when there is no answer.</param>
/// <param name="Mistake">Why there is none.</param>
internal sealed record LoopReading(string Task, LoopStatistics? Statistics, string? Mistake = null);
