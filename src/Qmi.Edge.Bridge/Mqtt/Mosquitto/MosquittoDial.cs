using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>What one attempt to connect is made with.</summary>
internal sealed record MosquittoDialPlan(MqttProtocolVersion Version, bool CleanStart, MqttWill? Will, AddressFamilyChoice Family);

/// <summary>
/// Makes a handle and begins its TCP connection, on a thread of its own because the lookup of a name blocks for as long as the name
/// servers are silent, and nothing ends it. Whoever waits may give up: then the thread frees what it made when it comes back.
/// </summary>
internal sealed class MosquittoDial
{
    private const int Running = 0;
    private const int Finished = 1;
    private const int Abandoned = 2;

    // The library initialises TLS on first use and without a lock: the first connections over TLS must not begin at the same time.
    private static readonly Lock TlsGate = new();
    private static volatile bool s_tlsReady;

    private readonly MqttOptions _options;
    private readonly MosquittoDialPlan _plan;
    private readonly Doorbell _doorbell;
    private MosquittoHandle? _handle;
    private volatile bool _isOver;
    private int _state;

    private MosquittoDial(MqttOptions options, MosquittoDialPlan plan, Doorbell doorbell) => (_options, _plan, _doorbell) = (options, plan, doorbell);

    /// <summary>The thread has come back, whatever it brought.</summary>
    public bool IsOver => _isOver;

    public bool IsFinished => Volatile.Read(ref _state) == Finished;

    /// <summary>The library's result: zero or less when the connection is on its way.</summary>
    public int Result { get; private set; }

    /// <summary>The system's error behind <see cref="Result"/>.</summary>
    public int Errno { get; private set; }

    public bool IsTls => _options.Tls is not null;

    /// <summary>What the options broke, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins; the doorbell rings when the thread is back.</summary>
    public static MosquittoDial Start(MqttOptions options, MosquittoDialPlan plan, Doorbell doorbell)
    {
        var dial = new MosquittoDial(options, plan, doorbell);
        new Thread(dial.Run) { IsBackground = true, Name = "qmi-mqtt-dial" }.Start();
        return dial;
    }

    /// <summary>The handle, for the caller to own; null when there is none. Once, after <see cref="IsFinished"/>.</summary>
    public MosquittoHandle? Take() => Interlocked.Exchange(ref _handle, null);

    /// <summary>Nobody waits any more.</summary>
    public void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Running) == Finished)
            Take()?.Dispose();
    }

    private void Run()
    {
        try
        {
            _handle = MosquittoSetup.Create(_options, _plan);
            if (_options.Tls is null || s_tlsReady)
            {
                Connect();
            }
            else
            {
                lock (TlsGate)
                    Connect();
                s_tlsReady |= Result <= 0;
            }
        }
        catch (Exception exception)
        {
            Failure = exception;
        }

        _isOver = true;
        if (Interlocked.CompareExchange(ref _state, Finished, Running) == Abandoned)
            Take()?.Dispose();
        _doorbell.Ring();
    }

    private void Connect()
    {
        Result = MosquittoSetup.BeginConnect(_handle!, _options, _plan);
        Errno = Marshal.GetLastSystemError();
    }
}
