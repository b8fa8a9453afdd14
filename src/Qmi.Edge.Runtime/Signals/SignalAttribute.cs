namespace Qmi.Edge.Runtime;

/// <summary>Declares a signal: <c>[Signal] public partial Signal&lt;double&gt; Temperature { get; }</c> on a task or instrument (QMI: QMI_Signal).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SignalAttribute : Attribute
{
    /// <summary>
    /// Whether every value must arrive: the bridge keeps what the broker has not acknowledged, across restarts too when the box has a folder
    /// for its state, and sends it again. Values may then arrive twice; what the history has no room for is lost, and counted.
    /// </summary>
    public bool Reliable { get; init; }

    /// <summary>Whether the bridge sends it as CBOR instead of JSON: about half the bytes for numbers with many digits, and not readable by hand.</summary>
    public bool Binary { get; init; }

    /// <summary>How many values may wait between the publisher and the signal pump, rounded up to a power of two; at most 65 536.</summary>
    public int Capacity { get; init; } = SignalDescription.DefaultCapacity;
}
