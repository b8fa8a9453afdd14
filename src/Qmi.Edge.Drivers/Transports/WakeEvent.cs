using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>An eventfd: ends a wait in <c>poll</c> from any other thread, without allocating.</summary>
internal sealed unsafe class WakeEvent : IDisposable
{
    private const int NonBlockingCloseOnExec = Libc.OpenNonBlocking | Libc.OpenCloseOnExec;

    private readonly SafeDescriptor _descriptor;

    public WakeEvent()
    {
        _descriptor = Libc.OpenEvent(NonBlockingCloseOnExec);
        if (_descriptor.IsInvalid)
            throw new QmiException(ErrorCode.DeviceError, $"No eventfd for a transport: {Libc.Explain(Libc.LastError)}. Raise the limit of open files (LimitNOFILE= in the unit).", Executed.No);
    }

    /// <summary>For <c>poll</c>; stays valid until <see cref="Dispose"/>.</summary>
    public int Descriptor => (int)_descriptor.DangerousGetHandle();

    /// <summary>Ends the current or the next wait.</summary>
    public void Set()
    {
        ulong one = 1;
        try
        {
            // A full counter (EAGAIN) is a set event too, so no result can matter here.
            _ = Libc.Write(_descriptor, (byte*)&one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // A late wake, for example of a name lookup that outlived its transport: there is nobody left to wake.
        }
    }

    /// <summary>Forgets every earlier <see cref="Set"/>.</summary>
    public void Clear()
    {
        ulong count;
        _ = Libc.Read(_descriptor, (byte*)&count, sizeof(ulong));
    }

    public void Dispose() => _descriptor.Dispose();
}
