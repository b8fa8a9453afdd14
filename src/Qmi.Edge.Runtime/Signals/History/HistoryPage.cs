namespace Qmi.Edge.Runtime;

/// <summary>A part of a signal's history.</summary>
/// <param name="Batches">The batches, oldest first.</param>
/// <param name="GivenUp">The end of what was given up last for want of room, as far as this run of the box knows.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryBatch> Batches, HistoryMark? GivenUp);
