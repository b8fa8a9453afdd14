namespace Qmi.Edge.Drivers;

/// <summary>The memory of the machine.</summary>
/// <param name="TotalBytes">What the kernel has to give, in bytes.</param>
/// <param name="AvailableBytes">What new work can have without swapping, in bytes: the kernel's own estimate.</param>
public readonly record struct MemoryReading(long TotalBytes, long AvailableBytes);
