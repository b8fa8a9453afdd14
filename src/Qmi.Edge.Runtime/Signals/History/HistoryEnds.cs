namespace Qmi.Edge.Runtime;

/// <summary>How much of a reliable signal's history the broker has.</summary>
/// <param name="Acknowledged">It has everything before this; null = nothing is known of it.</param>
/// <param name="Last">The end of what is kept; null = nothing is.</param>
public readonly record struct HistoryEnds(HistoryMark? Acknowledged, HistoryMark? Last);
