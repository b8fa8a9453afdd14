namespace Qmi.Edge.Bridge;

/// <summary>Which version to speak next: 5, or 3.1.1 with a broker that does not take 5. That is remembered for an hour, since brokers get upgraded.</summary>
internal sealed class ProtocolChoice(MqttProtocolVersion? fixedVersion, TimeProvider timeProvider)
{
    /// <summary>How long a broker is known to speak 3.1.1 only.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    // A close without an answer is also what a broker does that is just stopping, so that one alone proves nothing.
    private const int ClosesToDoubt = 2;

    private long? _speaksOnly311Since;
    private int _closes;
    private bool _tryOlder;

    public MqttProtocolVersion Next
    {
        get
        {
            if (fixedVersion is { } version)
                return version;
            if (_speaksOnly311Since is { } since && timeProvider.GetElapsedTime(since) >= Memory)
                _speaksOnly311Since = null;
            return _tryOlder || _speaksOnly311Since is not null ? MqttProtocolVersion.V311 : MqttProtocolVersion.V5;
        }
    }

    /// <summary>The broker accepted a connection.</summary>
    public void Accepted(MqttProtocolVersion version)
    {
        if (version == MqttProtocolVersion.V311 && _tryOlder)
            _speaksOnly311Since = timeProvider.GetTimestamp();
        Forget();
    }

    /// <summary>The broker said that it does not speak this version.</summary>
    /// <returns>True when there is another version to try at once.</returns>
    public bool Refused(MqttProtocolVersion version)
    {
        Forget();
        if (version == MqttProtocolVersion.V311)
            _speaksOnly311Since = null;
        else
            _tryOlder = fixedVersion is null;
        return _tryOlder;
    }

    /// <summary>The broker closed the connection instead of answering CONNECT.</summary>
    public void Closed(MqttProtocolVersion version)
    {
        _closes = version == MqttProtocolVersion.V5 ? _closes + 1 : 0;
        _tryOlder = _closes >= ClosesToDoubt;
    }

    /// <summary>The attempt failed in a way that says nothing about the version.</summary>
    public void Forget()
    {
        _closes = 0;
        _tryOlder = false;
    }
}
