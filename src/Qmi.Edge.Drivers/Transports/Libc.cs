using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Qmi.Edge.Drivers;

/// <summary>The calls to libc that drivers make. 64-bit Linux: every layout and constant here is equal on x64 and arm64.</summary>
internal static unsafe partial class Libc
{
    public const int OpenReadOnly = 0;
    public const int OpenReadWrite = 2;
    public const int OpenNoControllingTerminal = 0x100;
    public const int OpenNonBlocking = 0x800;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>The error of the last call on this thread.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    /// <summary>A result in the kernel's own manner: zero or more is a result, less than zero is an errno with its sign turned.</summary>
    public static int ResultOrError(nint result) => result < 0 ? -LastError : (int)result;

    /// <summary>What an errno means, with its number: people search for both.</summary>
    public static string Explain(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";

    public static SafeDescriptor Open(string path, int flags) => new(OpenPath(path, flags, 0));

    /// <summary>Null when it cannot be opened; allocates only when it can.</summary>
    public static SafeDescriptor? TryOpen(string path, int flags)
    {
        var descriptor = OpenPath(path, flags, 0);
        return descriptor < 0 ? null : new SafeDescriptor(descriptor);
    }

    public static SafeDescriptor OpenSocket(int family, int type) => new(Socket(family, type, 0));

    public static SafeDescriptor OpenEvent(int flags) => new(EventDescriptor(0, flags));

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(nint descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeDescriptor descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(SafeDescriptor descriptor, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeDescriptor descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, PollTimeout* timeout, nint signalMask);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(SafeDescriptor descriptor, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(SafeDescriptor descriptor, int level, int option, int* value, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(SafeDescriptor descriptor, int level, int option, int* value, uint length);

    // Variadic in C; on x64 and arm64 Linux the third argument is passed alike.
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeDescriptor descriptor, nuint request, void* argument);

    // These three return int and not SafeDescriptor: a -1 of 32 bits in a register of 64 is not the invalid handle.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);
}

/// <summary>A file descriptor that is closed once, and never while a call uses it.</summary>
internal sealed class SafeDescriptor : SafeHandleMinusOneIsInvalid
{
    public SafeDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    protected override bool ReleaseHandle() => Libc.Close(handle) == 0;
}

/// <summary><c>struct pollfd</c>. A negative descriptor is skipped by the kernel.</summary>
internal struct PollEntry
{
    public const short Input = 1;
    public const short Output = 4;

    public int Descriptor;
    public short Events;
    public short Returned;
}

/// <summary><c>struct timespec</c>.</summary>
internal struct PollTimeout
{
    public nint Seconds;
    public nint Nanoseconds;
}

/// <summary>The errors that transports tell apart.</summary>
internal static class Errno
{
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NoDeviceOrAddress = 6;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int NotATerminal = 25;
    public const int TimedOut = 110;
    public const int InProgress = 115;
}
