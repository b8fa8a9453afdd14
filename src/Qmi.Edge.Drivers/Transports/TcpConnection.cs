using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Drivers;

/// <summary>One attempt to connect, without blocking: the framework's own connect cannot be ended by a stop without giving up its socket to a second thread.</summary>
internal static unsafe class TcpConnection
{
    private const int FamilyIPv4 = 2;
    private const int FamilyIPv6 = 10;
    private const int StreamNonBlockingCloseOnExec = 1 | Libc.OpenNonBlocking | Libc.OpenCloseOnExec;
    private const int LevelSocket = 1;
    private const int LevelTcp = 6;
    private const int OptionError = 4;
    private const int OptionNoDelay = 1;

    /// <summary>Connects and attaches the socket to <paramref name="channel"/>.</summary>
    /// <returns>Zero, or why not, as an errno. On any failure nothing stays attached.</returns>
    public static int Connect(IPAddress address, int port, PollChannel channel, long deadline, TcpTransport transport, in TransportWait wait)
    {
        var socket = Libc.OpenSocket(address.AddressFamily == AddressFamily.InterNetworkV6 ? FamilyIPv6 : FamilyIPv4, StreamNonBlockingCloseOnExec);
        if (socket.IsInvalid)
            return Libc.LastError;

        channel.Attach(socket);
        var connected = false;
        try
        {
            var error = Start(socket, address, port);
            while (error == Errno.InProgress)
            {
                if (channel.Wait(PollEntry.Output, deadline))
                    error = GetPendingError(socket);
                else if (transport.IsConnectOver(wait, deadline))
                    error = Errno.TimedOut;
            }

            // A command is one small write that waits for an answer: the worst case for Nagle.
            if (error == 0)
                error = SetNoDelay(socket);
            connected = error == 0;
            return error;
        }
        finally
        {
            if (!connected)
                channel.Detach();
        }
    }

    private static int Start(SafeDescriptor socket, IPAddress address, int port)
    {
        var native = new IPEndPoint(address, port).Serialize();
        fixed (byte* first = native.Buffer.Span)
            return Libc.Connect(socket, first, (uint)native.Size) == 0 ? 0 : Libc.LastError;
    }

    private static int GetPendingError(SafeDescriptor socket)
    {
        int error;
        uint length = sizeof(int);
        return Libc.GetSocketOption(socket, LevelSocket, OptionError, &error, &length) == 0 ? error : Libc.LastError;
    }

    private static int SetNoDelay(SafeDescriptor socket)
    {
        var on = 1;
        return Libc.SetSocketOption(socket, LevelTcp, OptionNoDelay, &on, sizeof(int)) == 0 ? 0 : Libc.LastError;
    }
}
