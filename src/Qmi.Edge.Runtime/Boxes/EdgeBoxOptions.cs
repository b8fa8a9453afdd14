using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Qmi.Edge.Runtime;

/// <summary>What a box needs from its surroundings; everything has a default.</summary>
public sealed record EdgeBoxOptions
{
    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Where audit entries go; null = nowhere.</summary>
    public IAuditLog? Audit { get; init; }

    /// <summary>Where the box keeps what must survive a restart: settings, locks, requests; null = it remembers nothing.</summary>
    public IStateDisk? State { get; init; }

    /// <summary>How requests from outside are treated.</summary>
    public RequestOptions Requests { get; init; } = new();

    /// <summary>What callers from outside are allowed to do with locks.</summary>
    public LockOptions Locks { get; init; } = new();

    /// <summary>Who knows whether the wall clock is right; null = the kernel, or for a clock other than the system's: it is right by definition.</summary>
    public IClockSource? ClockSource { get; init; }

    /// <summary>The friendly name as the configuration has it; null = none. A later renaming wins until the configuration changes.</summary>
    public string? Alias { get; init; }

    /// <summary>How many bytes the history of a signal may take, 64 KiB or more; 0 = none is kept, but for reliable signals; null = 4 MiB, or 1 MiB in memory.</summary>
    public long? SignalHistoryBytes { get; init; }

    /// <summary>Where the histories of signals are kept; null = with the state, or in memory when there is none.</summary>
    public IStateDisk? SignalHistoryDisk { get; init; }

    /// <summary>What the process asks of the system for the sake of its loops.</summary>
    public RealtimeOptions Realtime { get; init; } = new();

    /// <summary>How long a call may take that names no time of its own; default 5 s.</summary>
    public TimeSpan DefaultCallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the whole box may take to stop; default 20 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
