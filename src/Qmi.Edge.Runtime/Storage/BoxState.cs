using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>What a box remembers across restarts, and the thread that writes it down.</summary>
public sealed class BoxState : IDisposable
{
    internal BoxState(IStateDisk disk, StateWriter writer) => (Disk, Writer) = (disk, writer);

    /// <summary>Where it is kept.</summary>
    public IStateDisk Disk { get; }

    /// <summary>The thread that waits for the disk.</summary>
    public StateWriter Writer { get; }

    /// <summary>Saves what waits, then ends.</summary>
    public void Dispose() => Writer.Dispose();

    internal static BoxState? Open(IStateDisk? disk, ILogger logger) => disk is null ? null : new BoxState(disk, new StateWriter(logger));
}
