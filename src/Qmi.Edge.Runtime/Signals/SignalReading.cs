using System.Runtime.CompilerServices;

namespace Qmi.Edge.Runtime;

/// <summary>A value as a reader got it.</summary>
/// <param name="Signal">The value.</param>
/// <param name="Lost">How many values were lost since the one before was read, at the reader or on the way to it.</param>
public readonly record struct ReceivedSignal<T>(SignalValue<T> Signal, long Lost)
{
    /// <summary>The value itself.</summary>
    public T Value => Signal.Value;
}

/// <summary>Reads a signal as a stream.</summary>
internal static class SignalReading
{
    public static async IAsyncEnumerable<ReceivedSignal<T>> ReadAllAsync<T>(ISignalOrigin<T> origin, SignalReceiver<T> receiver, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = 0L;
        origin.Subscribe(receiver);
        try
        {
            await foreach (var value in receiver.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var lost = receiver.Lost;
                yield return new ReceivedSignal<T>(value, lost - told);
                told = lost;
            }
        }
        finally
        {
            origin.Unsubscribe(receiver);
        }
    }
}
