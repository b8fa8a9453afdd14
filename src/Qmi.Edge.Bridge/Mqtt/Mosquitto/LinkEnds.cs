using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>Works out how a link ended from what the library returned, called back and complained about.</summary>
internal static class LinkEnds
{
    private const string HandshakeHint = "; does it speak TLS on this port, does it want a client certificate, or one from another authority?";

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
            return CreateTlsFailure(circumstances.Complaints);

        var reason = MosquittoText.GetReason(result);
        if (circumstances.Phase == LinkPhase.Connected)
            return new LinkEnd(reason, result == Result.Errno ? MosquittoText.DescribeErrno(errno) : reason == MqttReason.ConnectionLost ? "the broker closed the connection" : reason.GetText());

        // A broker of old answers CONNECT of version 5 in a form that version 5 does not know.
        if (reason == MqttReason.ProtocolViolated)
            return new LinkEnd(reason, $"the answer to CONNECT is not one of {circumstances.Version.GetName()}") { IsVersionRefused = true };

        return reason == MqttReason.ConnectionLost ? CreateUnanswered(circumstances.IsTls) : new LinkEnd(reason, MosquittoText.Describe(result));
    }

    /// <summary>How an attempt ended that did not come as far as a socket.</summary>
    public static LinkEnd Create(MosquittoDial dial, MosquittoHandle? handle)
    {
        if (dial.Failure is { } failure)
            return new LinkEnd(failure is ArgumentException or IOException or UnauthorizedAccessException or DllNotFoundException ? MqttReason.Misconfigured : MqttReason.InternalError, failure.Message);

        // Over the loopback a good part of the handshake happens within the first call.
        var complaints = handle?.Complaints ?? "";
        if (dial.Result is Result.Tls || (dial.Result is Result.Errno && complaints.Length > 0))
            return CreateTlsFailure(complaints);

        return dial.Result switch
        {
            Result.AddressInfo => new LinkEnd(MqttReason.NameNotResolved, MqttReason.NameNotResolved.GetText()),
            Result.Errno when dial.Errno is Libc.ConnectionReset or Libc.BrokenPipe or Libc.ProtocolError => CreateUnanswered(dial.IsTls),
            Result.Errno => new LinkEnd(MqttReason.Unreachable, MosquittoText.DescribeErrno(dial.Errno)) { FoundNobody = true },
            var result => new LinkEnd(MosquittoText.GetReason(result), MosquittoText.Describe(result)),
        };
    }

    private static LinkEnd CreateUnanswered(bool isTls) =>
        new(MqttReason.ConnectionLost, $"the broker closed the connection without an answer to CONNECT{(isTls ? HandshakeHint : "")}") { IsUnanswered = true };

    private static LinkEnd CreateTlsFailure(string complaints)
    {
        // An end without an alert leaves nothing to go by but the usual suspects.
        var text = complaints.Length > 0 ? complaints : "the broker closed the connection during the handshake";
        return new LinkEnd(MqttReason.TlsFailed, complaints.Length == 0 || complaints.Contains("unexpected eof", StringComparison.Ordinal) ? text + HandshakeHint : text);
    }

    private static string GetName(this MqttProtocolVersion version) => version == MqttProtocolVersion.V5 ? "MQTT 5" : "MQTT 3.1.1";
}
