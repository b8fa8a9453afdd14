using System.Runtime.CompilerServices;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Who knows that a signal has values. While the answer is "whoever needs to", publishing one more is a few instructions and no system
/// call: at 1 kHz a reader who comes every 50 ms is woken 20 times a second, not a thousand times.
/// </summary>
internal sealed class SignalNews
{
    // Nobody knows; the signal is in the pump's list, where it must be only once; those who come for the values by themselves know.
    private const int Unknown = 0;
    private const int Queued = 1;
    private const int Announced = 2;

    private int _state;

    /// <summary>A value was added: whether the publisher must put the signal into the pump's list.</summary>
    /// <param name="isUrgent">Whether those who know might come too late.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MustAnnounce(bool isUrgent)
    {
        // Between writing the value and reading the state: the reader does it the other way round, and one of the two must see the other.
        Interlocked.MemoryBarrier();
        var state = Volatile.Read(ref _state);
        return (state == Unknown || (isUrgent && state == Announced)) && Interlocked.CompareExchange(ref _state, Queued, state) == state;
    }

    /// <summary>Somebody came who must be told: whether the signal must be put into the pump's list.</summary>
    public bool MustAnnounceAgain() => Interlocked.CompareExchange(ref _state, Queued, Announced) == Announced;

    /// <summary>The pump, which has taken the signal from its list, is going to tell those who come by themselves.</summary>
    public void Announce() => Interlocked.Exchange(ref _state, Announced);

    /// <summary>The pump, which has taken the signal from its list, is going to read: the next value is news again.</summary>
    public void BeginReading() => Interlocked.Exchange(ref _state, Unknown);

    /// <summary>Nobody comes unless told: the next value is news again. While the signal is in the list, the pump comes anyway.</summary>
    public void Forget() => Interlocked.CompareExchange(ref _state, Unknown, Announced);
}
