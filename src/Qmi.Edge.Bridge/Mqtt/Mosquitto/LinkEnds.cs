using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>Works out how a link ended from what the library returned, called back and complained about.</summary>
internal static class LinkEnds
{
    /// <summary>What was known at the end.</summary>
    internal readonly record struct Circumstances(LinkPhase Phase, MqttProtocolVersion Version, MqttReason? Refusal, string? RefusalText, bool IsTls, string Complaints);

    public static LinkEnd Create(int result, int errno, Circumstances circumstances)
    {
        if (circumstances.Refusal is { } refusal)
        {
            var words = circumstances.RefusalText is { Length: > 0 } text ? $" (\"{text}\")" : "";
            return new LinkEnd(refusal, $"the broker refused the connection: {refusal.GetText()}{words}") { IsVersionRefused = refusal == MqttReason.UnsupportedProtocolVersion };
        }

        // Above the results of the library are the reason codes of a DISCONNECT; 0 is its normal one, as we did not ask for the end ourselves.
        if (result is Result.Success or >= (int)MqttReason.UnspecifiedError)
            return new LinkEnd((MqttReason)result, $"the broker disconnected: {((MqttReason)result).GetText()}");

        if (result == Result.Tls || (circumstances.IsTls && circumstances.Complaints.Length > 0))
            return new LinkEnd(MqttReason.TlsFailed, circumstances.Complaints.Length > 0 ? circumstances.Complaints : "the TLS connection broke");

        var reason = MosquittoText.GetReason(result);
        if (circumstances.Phase == LinkPhase.Connected)
            return new LinkEnd(reason, result == Result.Errno ? MosquittoText.DescribeErrno(errno) : reason == MqttReason.ConnectionLost ? "the broker closed the connection" : reason.GetText());

        // A broker of old answers CONNECT of version 5 in a form that version 5 does not know.
        if (reason == MqttReason.ProtocolViolated)
            return new LinkEnd(reason, $"the answer to CONNECT is not one of {circumstances.Version.GetName()}") { IsVersionRefused = true };

        if (reason != MqttReason.ConnectionLost)
            return new LinkEnd(reason, MosquittoText.Describe(result));

        var certificate = circumstances.IsTls ? "; does it want a client certificate, or one from another authority?" : "";
        return new LinkEnd(reason, $"the broker closed the connection without an answer to CONNECT{certificate}") { IsUnanswered = true };
    }

    /// <summary>How an attempt ended that did not come as far as a socket.</summary>
    public static LinkEnd Create(MosquittoDial dial, MosquittoHandle? handle, AddressFamilyChoice family)
    {
        if (dial.Failure is { } failure)
            return new LinkEnd(failure is ArgumentException or IOException or UnauthorizedAccessException or DllNotFoundException ? MqttReason.Misconfigured : MqttReason.InternalError, failure.Message);

        var text = handle is { HasComplaints: true } ? handle.Complaints : null;
        return dial.Result switch
        {
            Result.AddressInfo => new LinkEnd(MqttReason.NameNotResolved, MqttReason.NameNotResolved.GetText()),
            Result.Errno when family != AddressFamilyChoice.Any => new LinkEnd(MqttReason.Unreachable, "the host has no address of the other family"),
            Result.Errno => new LinkEnd(MqttReason.Unreachable, MosquittoText.DescribeErrno(dial.Errno)),
            var result => new LinkEnd(MosquittoText.GetReason(result), text ?? MosquittoText.Describe(result)),
        };
    }

    private static string GetName(this MqttProtocolVersion version) => version == MqttProtocolVersion.V5 ? "MQTT 5" : "MQTT 3.1.1";
}
