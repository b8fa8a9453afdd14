namespace Qmi.Edge.Bridge;

/// <summary>
/// What a broker does not take of a will. It announces its limits only in the answer to CONNECT, and refuses a CONNECT whose will goes beyond
/// them: so the first one finds out, and the next one asks for less.
/// </summary>
internal sealed class WillLimits
{
    private bool _mayNotRetain;
    private bool _mayNotAcknowledge;

    /// <summary>Learns from a refusal.</summary>
    /// <returns>True when there is something to ask less of.</returns>
    public bool TryLearn(MqttReason reason)
    {
        switch (reason)
        {
            case MqttReason.RetainNotSupported when !_mayNotRetain:
                return _mayNotRetain = true;
            case MqttReason.QosNotSupported when !_mayNotAcknowledge:
                return _mayNotAcknowledge = true;
            default:
                return false;
        }
    }

    /// <summary>The broker accepted, and said what it takes: perhaps more than it did.</summary>
    public void Accepted(MqttSession session) =>
        (_mayNotRetain, _mayNotAcknowledge) = (!session.RetainAvailable, session.MaximumQos == MqttQos.AtMostOnce);

    /// <summary>The will within the limits.</summary>
    public MqttWill? Apply(MqttWill? will) => will is null ? null : will with
    {
        Retain = will.Retain && !_mayNotRetain,
        Qos = _mayNotAcknowledge ? MqttQos.AtMostOnce : will.Qos,
    };
}
