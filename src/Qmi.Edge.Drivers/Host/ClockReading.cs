namespace Qmi.Edge.Drivers;

/// <summary>What the kernel knows about its clock; somebody (chrony, systemd-timesyncd, ptp) has to tell it.</summary>
/// <param name="IsSynchronised">Whether a time service keeps the clock, and has done so recently.</param>
/// <param name="EstimatedError">The service's estimate; means nothing when the clock is not synchronised.</param>
/// <param name="MaximumError">The bound, which grows until the next correction; 16 s is the kernel's "unknown".</param>
public readonly record struct ClockReading(bool IsSynchronised, TimeSpan EstimatedError, TimeSpan MaximumError);
