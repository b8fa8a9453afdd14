namespace Qmi.Edge.Runtime;

/// <summary>A batch of a signal as it was kept.</summary>
/// <param name="Boot">The run of the box in which it was published.</param>
/// <param name="First">The number of its first value.</param>
/// <param name="Count">How many values it has.</param>
/// <param name="Json">The batch.</param>
public sealed record HistoryBatch(string Boot, long First, int Count, byte[] Json)
{
    /// <summary>The place after it.</summary>
    public HistoryMark End => new(Boot, First + Count);
}
