namespace Qmi.Edge.Drivers;

/// <summary>
/// Line settings through <c>termios2</c>: the only interface with arbitrary baud rates. Its struct of 44 bytes is the kernel's, equal on
/// x64 and arm64, and not the C library's <c>struct termios</c>.
/// </summary>
internal static unsafe class SerialLine
{
    private const nuint GetSettings = 0x802C542A;
    private const nuint SetSettings = 0x402C542B;
    private const nuint SetExclusive = 0x540C;
    private const nuint Flush = 0x540B;
    private const nint FlushBoth = 2;

    private const uint CheckParity = 0x10;
    private const uint TwoStopBits = 0x40;
    private const uint EnableReceiver = 0x80;
    private const uint EnableParity = 0x100;
    private const uint OddParity = 0x200;
    private const uint IgnoreModemLines = 0x800;
    private const uint OtherSpeed = 0x1000;
    private const int InputSpeedShift = 16;
    private const uint HardwareFlow = 0x80000000;
    private const int MinimumIndex = 6;
    private const int TimeIndex = 5;

    /// <summary>Keeps other processes (save root's) from taking bytes out of the same line.</summary>
    public static void Claim(SafeDescriptor port, Func<string, int, TransportException> refused)
    {
        if (Libc.Control(port, SetExclusive, null) != 0)
            throw refused("cannot be claimed", Libc.LastError);
    }

    /// <summary>Sets the line, reads back what the driver made of it, and drops what had been received before.</summary>
    public static void Configure(SafeDescriptor port, SerialDescriptor wanted, Func<string, int, TransportException> refused)
    {
        Settings settings;
        if (Libc.Control(port, GetSettings, &settings) != 0)
            throw refused("has no line settings", Libc.LastError);

        settings.Input = wanted.Parity == SerialParity.None ? 0 : CheckParity;
        settings.Output = 0;
        settings.Local = 0;
        settings.Control = GetControlFlags(wanted);
        settings.InputSpeed = settings.OutputSpeed = (uint)wanted.BaudRate;

        // With O_NONBLOCK: a read without bytes answers EAGAIN, and zero bytes can only mean a hang-up.
        settings.Characters[MinimumIndex] = 1;
        settings.Characters[TimeIndex] = 0;
        if (Libc.Control(port, SetSettings, &settings) != 0)
            throw refused("refuses the line settings", Libc.LastError);

        Settings actual;
        if (Libc.Control(port, GetSettings, &actual) != 0)
            throw refused("does not tell its line settings", Libc.LastError);

        // Two ends that are 5 % apart already misread the last bit of ten; a divider that is off by 2 % is usual.
        if (Math.Abs((double)actual.OutputSpeed - wanted.BaudRate) > 0.03 * wanted.BaudRate)
            throw refused($"runs at {actual.OutputSpeed} baud instead of {wanted.BaudRate}: its driver has no nearer rate", 0);
        if (Libc.Control(port, Flush, (void*)FlushBoth) != 0)
            throw refused("cannot be flushed", Libc.LastError);
    }

    private static uint GetControlFlags(SerialDescriptor wanted) =>
        ((uint)(wanted.DataBits - 5) << 4)
        | EnableReceiver
        | IgnoreModemLines
        | OtherSpeed
        | (OtherSpeed << InputSpeedShift)
        | (wanted.StopBits == 2 ? TwoStopBits : 0)
        | (wanted.RtsCts ? HardwareFlow : 0)
        | wanted.Parity switch { SerialParity.Odd => EnableParity | OddParity, SerialParity.Even => EnableParity, _ => 0 };

    /// <summary><c>struct termios2</c>.</summary>
    private struct Settings
    {
        public uint Input;
        public uint Output;
        public uint Control;
        public uint Local;
        public byte LineDiscipline;
        public fixed byte Characters[19];
        public uint InputSpeed;
        public uint OutputSpeed;
    }
}
