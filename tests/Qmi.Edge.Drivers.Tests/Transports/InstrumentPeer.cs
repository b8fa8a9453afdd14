using System.Diagnostics;

namespace Qmi.Edge.Drivers.Tests;

/// <summary>The instrument's end of a real connection, in the hands of the test.</summary>
public abstract class InstrumentPeer : IDisposable
{
    /// <summary>Longer than anything takes on a busy machine; a test that waits this long has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How to reach this end.</summary>
    public abstract string Descriptor { get; }

    /// <summary>Opens the transport, and this end of it.</summary>
    public abstract void Connect(QmiTransport transport);

    public abstract void Send(ReadOnlySpan<byte> bytes);

    /// <summary>Waits for exactly as many bytes.</summary>
    public abstract byte[] Receive(int count);

    /// <summary>Goes away in the middle of everything.</summary>
    public abstract void HangUp();

    /// <summary>Can be reached again under the same descriptor.</summary>
    public abstract void Return();

    public abstract void Dispose();

    protected static T Within<T>(Func<T?> attempt, string what)
        where T : struct
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Patience)
        {
            if (attempt() is { } result)
                return result;
        }

        throw new TimeoutException($"{what} did not happen within {Patience}.");
    }
}
