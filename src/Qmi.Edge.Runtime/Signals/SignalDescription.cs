namespace Qmi.Edge.Runtime;

/// <summary>What is known about a signal.</summary>
public abstract record SignalDescription
{
    /// <summary>How many values may wait between the publisher and the signal pump: a tenth of a second at 10 kHz.</summary>
    public const int DefaultCapacity = 1024;

    /// <summary>Name on the wire, snake_case.</summary>
    public required string Name { get; init; }

    /// <summary>Whether every value must arrive: the bridge sends it with QoS 1, and again until it is acknowledged.</summary>
    public bool Reliable { get; init; }

    /// <summary>Whether the bridge sends it as CBOR instead of JSON.</summary>
    public bool Binary { get; init; }

    /// <summary>Whether it is published as a signal, and what was published lately can be fetched again. What is a retained document anyway is neither.</summary>
    public bool HasHistory { get; init; } = true;

    /// <summary>How many bytes its history takes at most in the box that the object lives in; 0 = it has none.</summary>
    public long HistoryBytes { get; init; }

    /// <summary>How many bytes are enough for it, whatever the box gives to each.</summary>
    internal long MostHistoryBytes { get; init; } = long.MaxValue;

    /// <summary>How many values may wait between the publisher and the signal pump, rounded up to a power of two; at most 65 536.</summary>
    public int Capacity { get; init; } = DefaultCapacity;

    /// <summary>What it means, from the documentation comment.</summary>
    public string? Description { get; init; }

    /// <summary>What a value looks like.</summary>
    public abstract Schema Schema { get; }

    /// <summary>The end here of a signal of another process.</summary>
    /// <param name="timeProvider">The clock of this process.</param>
    /// <param name="wanted">Called when the first receiver comes or the last one goes; must not block.</param>
    public abstract SignalInlet CreateInlet(TimeProvider timeProvider, Action wanted);

    internal abstract Signal Create(RpcObject publisher, SignalPump pump);
}

/// <summary>A signal with values of <typeparamref name="T"/>.</summary>
public sealed record SignalDescription<T> : SignalDescription
{
    /// <summary>How a value looks as JSON.</summary>
    public required DataType<T> DataType { get; init; }

    /// <inheritdoc />
    public override Schema Schema => DataType.Schema;

    /// <inheritdoc />
    public override SignalInlet CreateInlet(TimeProvider timeProvider, Action wanted) => new SignalInlet<T>(this, timeProvider, wanted);

    internal override Signal Create(RpcObject publisher, SignalPump pump) => new Signal<T>(publisher, this, pump);
}
