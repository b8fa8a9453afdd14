namespace Qmi.Edge.Runtime;

/// <summary>A place in the history of a signal: everything before it is before it.</summary>
/// <param name="Boot">The run of the box.</param>
/// <param name="Next">The number of the first value that is not before it.</param>
public readonly record struct HistoryMark(string Boot, long Next);
