using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>The few calls that a loop over file descriptors needs. The numbers are those of Linux on x64 and arm64.</summary>
internal static unsafe partial class Libc
{
    public const short PollIn = 0x1;
    public const short PollOut = 0x4;
    public const short PollError = 0x8;
    public const short PollHangUp = 0x10;
    public const short PollPeerClosed = 0x2000;

    public const int EventNonBlocking = 0x800;
    public const int EventCloseOnExec = 0x80000;

    public const int SocketLevel = 1;
    public const int SocketError = 4;
    public const int SocketDomain = 39;
    public const int Tcp = 6;
    public const int TcpQuickAck = 12;

    public const int ShutdownWrite = 1;
    public const int ShutdownBoth = 2;
    public const int DuplicateCloseOnExec = 1030;

    public const int TryAgain = 11;
    public const int BrokenPipe = 32;
    public const int ProtocolError = 71;
    public const int ConnectionReset = 104;

    public const int FamilyInet = 2;
    public const int FamilyInet6 = 10;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "poll")]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "shutdown")]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(int descriptor, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "setsockopt")]
    public static partial int SetSocketOption(int socket, int level, int option, void* value, uint length);

    [LibraryImport(Library, EntryPoint = "getsockopt")]
    public static partial int GetSocketOption(int socket, int level, int option, void* value, uint* length);

    /// <summary>An option that is an int, or -1 when there is none.</summary>
    public static int GetSocketOption(int socket, int level, int option)
    {
        var value = 0;
        uint length = sizeof(int);
        return GetSocketOption(socket, level, option, &value, &length) == 0 ? value : -1;
    }
}

/// <summary><c>struct pollfd</c>.</summary>
internal struct PollDescriptor
{
    public int Descriptor;
    public short Events;
    public short Returned;
}
