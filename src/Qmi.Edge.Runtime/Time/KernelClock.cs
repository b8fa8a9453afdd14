using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime;

/// <summary>What the kernel knows of its clock, which is what the time client told it: chrony (with <c>rtcsync</c>), systemd-timesyncd, ntpd.</summary>
public sealed unsafe partial class KernelClock : IClockSource
{
    private const int Unsynchronised = 0x40;

    private readonly TimeClientSearch _clients = new();

    /// <inheritdoc />
    /// <exception cref="IOException">The kernel does not answer.</exception>
    public ClockReading Read()
    {
        // It asks only, and asking needs no privilege.
        var state = default(Timex);
        if (AdjustTime(&state) < 0)
            throw new IOException($"adjtimex failed with errno {Marshal.GetLastPInvokeError()}.");
        var isSynchronised = (state.Status & Unsynchronised) == 0;
        // In a container the client that keeps the clock is not to be seen.
        var source = _clients.Find() ?? (isSynchronised ? "external" : "none");
        return new ClockReading(isSynchronised, source, isSynchronised ? TimeSpan.FromMicroseconds(state.EstimatedError) : null);
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int AdjustTime(Timex* state);

    /// <summary><c>struct timex</c> on 64-bit Linux, as far as it is read.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 208)]
    private struct Timex
    {
        public uint Modes;
        public nint Offset;
        public nint Frequency;
        public nint MaximumError;
        public nint EstimatedError;
        public int Status;
    }
}
