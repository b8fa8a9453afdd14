namespace Qmi.Edge.Runtime;

/// <summary>
/// The one source of fences of a box: every number is given once, and a later grant of whatever object has a higher one. A number may be
/// given only when the disk knows that it is used. Grants that are saved bring their own; for grants in the process, which wait for no
/// disk, blocks are set aside long before they are needed. Under the gate of the table.
/// </summary>
/// <param name="content">What the disk knows.</param>
/// <param name="block">How many numbers are set aside at a time.</param>
/// <param name="spare">How many numbers above all that are given are kept for locks that come back after a crash.</param>
internal sealed class FenceCounter(LocksContent content, ulong block, ulong spare)
{
    private bool _isGivenBack;

    /// <summary>The last number that was given, perhaps by an earlier run.</summary>
    public ulong Last { get; private set; } = content.Mark;

    /// <summary>Numbers up to this one may be given: the disk knows that they are used.</summary>
    public ulong Limit { get; private set; } = content.Mark;

    /// <summary>Whether blocks are set aside: since the first grant in the process, of this run or an earlier one.</summary>
    public bool IsUsedInProcess { get; private set; } = content.IsUsedInProcess;

    /// <summary>Whether the block is more than half used, so that the next one must be set aside.</summary>
    public bool NeedsBlock => IsUsedInProcess && !_isGivenBack && Last + (block / 2) > Limit;

    /// <summary>The next number.</summary>
    public ulong Take(bool inProcess)
    {
        IsUsedInProcess |= inProcess;
        return Last += 1;
    }

    /// <summary>What the disk shall know: what is used, what is set aside, and what is spare.</summary>
    public LocksContent ToSave()
    {
        var limit = NeedsBlock ? Last + block : Math.Max(Last, Limit);
        var unused = IsUsedInProcess && !_isGivenBack ? spare : 0;
        return new LocksContent { Mark = limit + unused, Spare = unused, IsUsedInProcess = IsUsedInProcess };
    }

    /// <summary>The disk knows it.</summary>
    public void Confirm(LocksContent saved) => Limit = Math.Max(Limit, saved.Mark - saved.Spare);

    /// <summary>Nothing is given any more: what was set aside is given back, so that the numbers go on without a gap.</summary>
    public void GiveBack()
    {
        _isGivenBack = true;
        Limit = Last;
    }
}
