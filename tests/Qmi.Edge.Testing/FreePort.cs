using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Testing;

/// <summary>A TCP port of the loopback that nobody uses. Another process may take it before the caller does: whoever binds it tries again with the next.</summary>
public static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
