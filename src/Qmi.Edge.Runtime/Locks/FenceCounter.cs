namespace Qmi.Edge.Runtime;

/// <summary>
/// The one source of fences of a box: every number is given once, and a later grant of whatever object has a higher one. A number may be
/// given only when the disk knows that it is used. Grants that are saved bring their own; for grants in the process, which wait for no
/// disk, blocks are set aside long before they are needed. Under the gate of the table.
/// </summary>
/// <param name="content">What the disk knows.</param>
/// <param name="block">How many numbers are set aside at a time.</param>
internal sealed class FenceCounter(LocksContent content, ulong block)
{
    /// <summary>The last number that was given.</summary>
    public ulong Last { get; private set; } = content.Mark;

    /// <summary>The disk knows that numbers up to this one are used.</summary>
    public ulong Mark { get; private set; } = content.Mark;

    /// <summary>Whether blocks are set aside: since the first grant in the process, of this run or an earlier one.</summary>
    public bool IsUsedInProcess { get; private set; } = content.IsUsedInProcess;

    /// <summary>Whether the block is more than half used, so that the next one must be set aside.</summary>
    public bool NeedsBlock => IsUsedInProcess && Last + (block / 2) > Mark;

    /// <summary>The mark to save: what is used, and what shall be set aside.</summary>
    public ulong MarkToSave => NeedsBlock ? Last + block : Math.Max(Last, Mark);

    /// <summary>The next number.</summary>
    public ulong Take(bool inProcess)
    {
        IsUsedInProcess |= inProcess;
        return Last += 1;
    }

    /// <summary>The mark is on the disk.</summary>
    public void Confirm(ulong mark) => Mark = Math.Max(Mark, mark);

    /// <summary>Nothing is given any more: what was set aside is given back, so that the numbers go on without a gap.</summary>
    /// <returns>The mark to save.</returns>
    public ulong GiveBack() => Mark = Last;
}
