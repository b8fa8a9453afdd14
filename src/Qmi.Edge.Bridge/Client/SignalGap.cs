namespace Qmi.Edge.Bridge;

/// <summary>A part of a signal that did not arrive.</summary>
/// <param name="Boot">The run of the box.</param>
/// <param name="From">The first value that is missing.</param>
/// <param name="To">The first that is not; null = where the run ended is not known.</param>
internal readonly record struct SignalGap(string Boot, long From, long? To);
