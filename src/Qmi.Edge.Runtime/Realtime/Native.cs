using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime;

/// <summary>The few calls to libc that the runtime makes. 64-bit Linux: time_t and long are 8 bytes on x64 and arm64 alike.</summary>
internal static unsafe partial class Native
{
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Syscall(nint number, int* word, nint operation, nint value, Timespec* timeout, int* second, nint bits);
}

/// <summary><c>struct timespec</c>.</summary>
internal struct Timespec
{
    public nint Seconds;
    public nint Nanoseconds;
}

/// <summary>System call numbers that differ between architectures.</summary>
internal static class NativeNumbers
{
    public static readonly nint Futex = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        var other => throw new PlatformNotSupportedException($"No futex number is known for {other}: Qmi.Edge runs on x64 and arm64."),
    };
}
