using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Reads the machine that the box runs on. What a machine does not have is null, never an exception. In steady state nothing allocates,
/// save <see cref="ReadDisk"/> for its path. (QMI: nothing like it.) One thread at a time.
/// </summary>
public sealed unsafe partial class HostReadings : IDisposable
{
    // The lines that are read stand in the first hundred bytes of every file.
    private const int BufferLength = 512;

    private readonly string _root;
    private readonly HostFile _load;
    private readonly HostFile _memory;
    private readonly HostFile _uptime;
    private readonly HostFile? _cpuTemperature;
    private readonly byte[] _buffer = new byte[BufferLength];

    /// <summary>Finds the sensors of the machine.</summary>
    /// <param name="root">Where <c>proc</c> and <c>sys</c> are: <c>/</c>, or a folder with copies for a test.</param>
    public HostReadings(string root = "/")
    {
        _root = root;
        _load = new HostFile(Path.Join(root, "proc/loadavg"));
        _memory = new HostFile(Path.Join(root, "proc/meminfo"));
        _uptime = new HostFile(Path.Join(root, "proc/uptime"));
        _cpuTemperature = CpuThermometer.Find(root) is { } path ? new HostFile(path) : null;
    }

    /// <summary>The load of the last 1, 5 and 15 minutes.</summary>
    public LoadAverage? ReadLoad()
    {
        var text = _load.Read(_buffer);
        return TryTakeNumber(ref text, out var one) && TryTakeNumber(ref text, out var five) && TryTakeNumber(ref text, out var fifteen)
            ? new LoadAverage(one, five, fifteen)
            : null;
    }

    /// <summary>Total and available memory, in bytes.</summary>
    public MemoryReading? ReadMemory()
    {
        var text = _memory.Read(_buffer);
        return TryFindKibibytes(text, "MemTotal:"u8, out var total) && TryFindKibibytes(text, "MemAvailable:"u8, out var available)
            ? new MemoryReading(total * 1024, available * 1024)
            : null;
    }

    /// <summary>The temperature of the processor, in degrees Celsius.</summary>
    public double? ReadCpuTemperature()
    {
        var text = _cpuTemperature is null ? [] : _cpuTemperature.Read(_buffer);

        // A sensor that is switched off answers numbers like -274000: no processor is out there.
        return Utf8Parser.TryParse(text, out int millidegrees, out _) && millidegrees is > -100_000 and < 250_000 ? millidegrees / 1000.0 : null;
    }

    /// <summary>Since when the machine runs.</summary>
    public TimeSpan? ReadUptime()
    {
        var text = _uptime.Read(_buffer);
        return TryTakeNumber(ref text, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>The space of the file system that <paramref name="path"/> is on, in bytes.</summary>
    public DiskReading? ReadDisk(string path)
    {
        // struct statvfs of 64-bit Linux begins with: block size, fragment size, blocks, free blocks, blocks free for users. 112 bytes in all.
        var fields = stackalloc ulong[32];
        if (StatFileSystem(Path.Join(_root, path), fields) != 0)
            return null;

        var (fragment, blocks, available) = (fields[1], fields[2], fields[4]);
        return new DiskReading((long)(blocks * fragment), (long)(available * fragment));
    }

    /// <summary>Whether the clock of the machine is synchronised, and how well. Never of a test's folder: it asks the kernel.</summary>
    public ClockReading? ReadClock()
    {
        // struct timex of 64-bit Linux, 208 bytes: modes (0: only read), offset, freq, maxerror, esterror, status ...; errors in microseconds.
        const long Unsynchronised = 0x40;
        var fields = stackalloc long[32];
        new Span<long>(fields, 32).Clear();
        return ReadKernelClock(fields) < 0
            ? null
            : new ClockReading((fields[5] & Unsynchronised) == 0, TimeSpan.FromMicroseconds(fields[4]), TimeSpan.FromMicroseconds(fields[3]));
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _load.Dispose();
        _memory.Dispose();
        _uptime.Dispose();
        _cpuTemperature?.Dispose();
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<byte> text, out double value)
    {
        if (!Utf8Parser.TryParse(text, out value, out var used))
            return false;
        text = text[used..].TrimStart((byte)' ');
        return true;
    }

    private static bool TryFindKibibytes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, out long kibibytes)
    {
        var start = text.IndexOf(name);
        kibibytes = 0;
        return start >= 0 && Utf8Parser.TryParse(text[(start + name.Length)..].TrimStart((byte)' '), out kibibytes, out _);
    }

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatFileSystem(string path, ulong* fields);

    [LibraryImport("libc", EntryPoint = "ntp_adjtime", SetLastError = true)]
    private static partial int ReadKernelClock(long* fields);
}
