namespace Qmi.Edge.Runtime;

/// <content>What the process asks of the system.</content>
public sealed partial class EdgeBox
{
    /// <summary>What the process asked of the system for the sake of its loops, and what it got.</summary>
    public ProcessRealtime Realtime { get; }
}
