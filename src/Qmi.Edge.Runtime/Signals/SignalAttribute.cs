namespace Qmi.Edge.Runtime;

/// <summary>Declares a signal: <c>[Signal] public partial Signal&lt;double&gt; Temperature { get; }</c> on a task or instrument (QMI: QMI_Signal).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SignalAttribute : Attribute
{
    /// <summary>Whether the bridge sends it with QoS 1.</summary>
    public bool Reliable { get; init; }

    /// <summary>How many values may wait between the publisher and the signal pump, rounded up to a power of two.</summary>
    public int Capacity { get; init; } = SignalDescription.DefaultCapacity;
}
