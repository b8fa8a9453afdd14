namespace Qmi.Edge.Bridge;

/// <summary>
/// A second descriptor of a socket, through which any thread can end the TCP connection: the library's own number may be closed, and given
/// to another socket, at any moment.
/// </summary>
internal sealed class SeveredSocket(int socket) : IDisposable
{
    private readonly Lock _gate = new();
    private int _descriptor = Libc.Fcntl(socket, Libc.DuplicateCloseOnExec, 0);

    /// <summary>Ends the connection in both directions: reads and writes of whoever hangs in them fail.</summary>
    public void Sever()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
                Libc.Shutdown(_descriptor, Libc.ShutdownBoth);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
                Libc.Close(_descriptor);
            _descriptor = -1;
        }
    }
}
