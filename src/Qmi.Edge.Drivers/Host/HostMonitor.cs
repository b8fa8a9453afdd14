using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>Settings of <see cref="HostMonitor"/>.</summary>
public sealed record HostMonitorSettings
{
    /// <summary>Above this CPU temperature the machine counts as too hot.</summary>
    [Range(0, 150), Unit("Cel")]
    public double HotAbove { get; init; } = 80;

    /// <summary>Below this much available memory the machine counts as short of memory.</summary>
    [Range(0, 1_000_000), Unit("MBy")]
    public double MemoryLowBelow { get; init; } = 50;
}

/// <summary>What <see cref="HostMonitor"/> reads; null where this machine has no such reading.</summary>
/// <param name="Load">Load average of the last minute.</param>
/// <param name="MemoryAvailable">Memory that programs could still have.</param>
/// <param name="MemoryTotal">All memory.</param>
/// <param name="CpuTemperature">CPU temperature.</param>
/// <param name="DiskAvailable">Space left on the root file system.</param>
/// <param name="Uptime">Time since the machine started.</param>
/// <param name="ClockSynchronised">Whether the wall clock is synchronised.</param>
/// <param name="ClockError">How wrong it may be, as the kernel estimates.</param>
/// <param name="IsHot">Whether the CPU is hotter than the settings allow.</param>
/// <param name="IsMemoryLow">Whether less memory is available than the settings ask for.</param>
public readonly record struct HostMonitorStatus(
    double? Load,
    [property: Unit("MBy")] double? MemoryAvailable,
    [property: Unit("MBy")] double? MemoryTotal,
    [property: Unit("Cel")] double? CpuTemperature,
    [property: Unit("MBy")] double? DiskAvailable,
    [property: Unit("s")] double? Uptime,
    bool? ClockSynchronised,
    [property: Unit("us")] double? ClockError,
    bool IsHot,
    bool IsMemoryLow);

/// <summary>Watches the machine that the box runs on: load, memory, temperature, disk, clock.</summary>
public sealed partial class HostMonitor(TaskInit init, string root = "/")
    : QmiLoopTask<HostMonitorSettings, HostMonitorStatus>(init, TimeSpan.FromSeconds(1), MissedLoopPolicy.Skip)
{
    private const double Megabyte = 1e6;

    private readonly HostReadings _readings = new(root);

    /// <inheritdoc />
    protected override bool UpdateStatus()
    {
        var memory = _readings.ReadMemory();
        var clock = _readings.ReadClock();
        var temperature = _readings.ReadCpuTemperature();
        var available = memory?.AvailableBytes / Megabyte;
        Status = new HostMonitorStatus(
            Load: _readings.ReadLoad()?.OneMinute,
            MemoryAvailable: available,
            MemoryTotal: memory?.TotalBytes / Megabyte,
            CpuTemperature: temperature,
            DiskAvailable: _readings.ReadDisk(root)?.AvailableBytes / Megabyte,
            Uptime: _readings.ReadUptime()?.TotalSeconds,
            ClockSynchronised: clock?.IsSynchronised,
            ClockError: clock?.EstimatedError.TotalMicroseconds,
            IsHot: temperature > Settings.HotAbove,
            IsMemoryLow: available < Settings.MemoryLowBelow);
        return true;
    }

    /// <inheritdoc />
    protected override void LoopFinalize() => _readings.Dispose();
}
