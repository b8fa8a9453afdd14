namespace Qmi.Edge.Drivers;

/// <summary>The space of a file system.</summary>
/// <param name="TotalBytes">Its size in bytes.</param>
/// <param name="AvailableBytes">What a process without privileges can still write, in bytes.</param>
public readonly record struct DiskReading(long TotalBytes, long AvailableBytes);
