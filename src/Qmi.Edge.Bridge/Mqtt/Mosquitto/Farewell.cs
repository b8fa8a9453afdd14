using System.Runtime.InteropServices;
using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Says DISCONNECT so that it arrives. The library closes the socket right after writing it, and a close with bytes unread makes the
/// kernel send a reset, on which the broker may throw away the DISCONNECT and publish the will. A second descriptor keeps the socket open
/// until the broker has closed its side.
/// </summary>
internal static unsafe class Farewell
{
    public static bool Say(MosquittoHandle handle, TimeProvider timeProvider, Doorbell doorbell, long deadline)
    {
        var socket = Libc.Fcntl(handle.Socket, Libc.DuplicateCloseOnExec, 0);
        if (socket < 0)
            return false;
        try
        {
            mosquitto_disconnect_v5(handle.Pointer, (int)MqttReason.Success, 0);
            while (handle.Socket >= 0)
            {
                if (!WaitFor(socket, Libc.PollOut, timeProvider, doorbell, deadline) || mosquitto_loop_write(handle.Pointer, 1) != Result.Success)
                    return false;
            }

            Libc.Shutdown(socket, Libc.ShutdownWrite);
            return ReadToEnd(socket, timeProvider, doorbell, deadline);
        }
        finally
        {
            Libc.Close(socket);
        }
    }

    private static bool ReadToEnd(int socket, TimeProvider timeProvider, Doorbell doorbell, long deadline)
    {
        var unread = stackalloc byte[4096];
        while (WaitFor(socket, Libc.PollIn, timeProvider, doorbell, deadline))
        {
            // The broker closed its side: in order, or by a reset when it did not read what TLS sends after the DISCONNECT.
            var count = Libc.Read(socket, unread, 4096);
            if (count == 0 || (count < 0 && Marshal.GetLastPInvokeError() != Libc.TryAgain))
                return true;
        }

        return false;
    }

    private static bool WaitFor(int socket, short events, TimeProvider timeProvider, Doorbell doorbell, long deadline)
    {
        var descriptors = stackalloc PollDescriptor[2];
        while (timeProvider.GetRemaining(deadline) != TimeSpan.Zero)
        {
            descriptors[0] = new PollDescriptor { Descriptor = socket, Events = events };
            descriptors[1] = new PollDescriptor { Descriptor = doorbell.Descriptor, Events = Libc.PollIn };
            doorbell.Sleep(descriptors, 2, doorbell.GetPollTimeout(deadline));
            if ((descriptors[1].Returned & Libc.PollIn) != 0)
                doorbell.Clear();
            if (descriptors[0].Returned != 0)
                return true;
        }

        return false;
    }
}
