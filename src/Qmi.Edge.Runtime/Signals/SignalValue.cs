namespace Qmi.Edge.Runtime;

/// <summary>One published value.</summary>
/// <typeparam name="T">The type of the signal's values.</typeparam>
public readonly record struct SignalValue<T>
{
    // Ticks need 62 bits, so the quality costs no memory: 10 000 of these may wait in a receiver.
    private const int QualityShift = 62;
    private const ulong TickMask = (1UL << QualityShift) - 1;

    private readonly ulong _stamp;

    /// <summary>A value as somebody published it.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="monotonic">When, nanoseconds on the monotonic clock.</param>
    /// <param name="time">When, wall clock.</param>
    /// <param name="value">The value.</param>
    /// <param name="quality">How far it can be trusted.</param>
    public SignalValue(long sequence, long monotonic, DateTimeOffset time, T value, Quality quality = Quality.Good)
        : this(sequence, monotonic, Pack(time, quality), value)
    {
    }

    internal SignalValue(long sequence, long monotonic, ulong stamp, T value) => (Sequence, Monotonic, _stamp, Value) = (sequence, monotonic, stamp, value);

    /// <summary>Counted by the publisher from 0, without gaps: a gap between two received values is a loss.</summary>
    public long Sequence { get; }

    /// <summary>When, nanoseconds on the monotonic clock.</summary>
    public long Monotonic { get; }

    /// <summary>When, wall clock (UTC).</summary>
    public DateTimeOffset Time => new((long)(_stamp & TickMask), TimeSpan.Zero);

    /// <summary>How far it can be trusted.</summary>
    public Quality Quality => (Quality)(_stamp >> QualityShift);

    /// <summary>The value.</summary>
    public T Value { get; }

    /// <summary>Wall time and quality in one word.</summary>
    internal static ulong Pack(DateTimeOffset time, Quality quality) => (ulong)time.UtcTicks | ((ulong)quality << QualityShift);
}
