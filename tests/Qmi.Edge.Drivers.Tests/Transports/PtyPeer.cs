using System.Runtime.InteropServices;
using System.Text;

namespace Qmi.Edge.Drivers.Tests;

/// <summary>An instrument behind a pseudo-terminal; its name is a link that survives unplugging, as under /dev/serial/by-id.</summary>
public sealed unsafe partial class PtyPeer : InstrumentPeer
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-pty-").FullName;
    private SafeDescriptor _master = new(-1);

    public PtyPeer() => Return();

    public string Device => Path.Combine(_folder, "instrument");

    public override string Descriptor => $"serial:{Device}";

    private int Master => (int)_master.DangerousGetHandle();

    public override void Connect(QmiTransport transport) => transport.Open();

    public override void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var rest = bytes.ToArray();
            bytes = bytes[Within(() => TryWrite(rest), "writing to the pty")..];
        }
    }

    public override byte[] Receive(int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var room = bytes.AsMemory(got);
            got += Within(() => TryRead(room.Span), $"byte {got + 1} of {count}");
        }

        return bytes;
    }

    public override void HangUp() => _master.Dispose();

    public override void Return()
    {
        _master.Dispose();
        _master = Libc.Open("/dev/ptmx", Libc.OpenReadWrite | Libc.OpenNoControllingTerminal | Libc.OpenNonBlocking | Libc.OpenCloseOnExec);
        Assert.False(_master.IsInvalid, "no pseudo-terminal");
        Assert.Equal(0, UnlockPty(Master));

        var name = stackalloc byte[128];
        Assert.Equal(0, NameOfPty(Master, name, 128));
        File.Delete(Device);
        File.CreateSymbolicLink(Device, Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)));
    }

    /// <summary>The speed that the other end has set, as the kernel tells it to this one.</summary>
    public int GetBaudRate()
    {
        var settings = stackalloc uint[11];
        Assert.Equal(0, Libc.Control(_master, 0x802C542A, settings));
        return (int)settings[10];
    }

    public override void Dispose()
    {
        _master.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private int? TryWrite(byte[] bytes)
    {
        fixed (byte* first = bytes)
        {
            var count = Libc.ResultOrError(Libc.Write(_master, first, (nuint)bytes.Length));
            return count > 0 ? count : WaitFor(PollEntry.Output, count);
        }
    }

    private int? TryRead(Span<byte> room)
    {
        fixed (byte* first = room)
        {
            var count = Libc.ResultOrError(Libc.Read(_master, first, (nuint)room.Length));
            return count > 0 ? count : WaitFor(PollEntry.Input, count);
        }
    }

    private int? WaitFor(short events, int result)
    {
        Assert.True(result == -Errno.Again, $"the pty failed: {Libc.Explain(-result)}");
        var entry = new PollEntry { Descriptor = Master, Events = events };
        var wait = new PollTimeout { Seconds = 1 };
        _ = Libc.Poll(&entry, 1, &wait, 0);
        return null;
    }

    [LibraryImport("libc", EntryPoint = "unlockpt")]
    private static partial int UnlockPty(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    private static partial int NameOfPty(int master, byte* name, nuint length);
}
