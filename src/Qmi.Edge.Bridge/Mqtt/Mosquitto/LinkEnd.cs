namespace Qmi.Edge.Bridge;

/// <summary>How one connection, or one attempt at it, ended, and what that says about the next.</summary>
internal sealed record LinkEnd(MqttReason Reason, string Text)
{
    /// <summary>Nobody was found at the address; another address of the host may have a broker.</summary>
    public bool FoundNobody { get; init; }

    /// <summary>The domain of the socket, where it is known.</summary>
    public int? Domain { get; init; }

    /// <summary>The broker does not speak the version.</summary>
    public bool IsVersionRefused { get; init; }

    /// <summary>The broker closed the connection instead of answering CONNECT.</summary>
    public bool IsUnanswered { get; init; }
}
