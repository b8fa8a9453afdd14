using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The road of a request from its message to the one reply: size, retained flag, envelope, then the runtime decides.</summary>
internal sealed partial class RequestReceiver(EdgeBox box, Topics topics, BridgeOptions options, ReplySender replies, ILogger logger)
{
    /// <summary>Receives a message below the box; false when its topic is no request. On the connection's thread: what can be answered from snapshots is answered here, everything else is handed on.</summary>
    public bool TryReceive(string topic, in MqttMessage message)
    {
        if (RequestTopic.Read(topic) is not { } address)
            return false;
        var pending = new PendingRequest
        {
            Topic = address,
            Correlation = message.CorrelationData.ToArray(),
            Received = box.TimeProvider.GetNanoseconds() - MonotonicTime.ToNanoseconds(message.Waited),
        };
        try
        {
            Receive(ref pending, message);
        }
        catch (QmiException error)
        {
            replies.Send(pending, new RpcReply(error, default));
        }
        catch (Exception exception)
        {
            LogReceiveFailed(logger, Encoding.UTF8.GetString(message.Topic), exception);
            replies.Send(pending, new RpcReply(new QmiException(ErrorCode.Internal, $"Qmi.Edge failed: {exception.GetType().Name}: {exception.Message}", exception), default));
        }

        return true;
    }

    private void Receive(ref PendingRequest pending, in MqttMessage message)
    {
        var address = pending.Topic;
        // Known before the payload is: so that even what cannot be read is answered where the answer is waited for.
        if (!message.ResponseTopic.IsEmpty)
            pending = pending with { Id = message.CorrelationData.IsEmpty ? null : ToId(message.CorrelationData), ReplyTopic = CheckReplyTopic(address.Caller, Encoding.UTF8.GetString(message.ResponseTopic)) };
        if (message.Payload.Length > options.PayloadLimit)
            throw TooLarge(message.Payload.Length);
        if (message.Retain)
            throw Retained(address);

        var envelope = WithProperties(EnvelopeReader.Read(message.Payload), message);
        pending = pending with { Id = envelope.Id, Trace = envelope.Trace, Deadline = GetDeadline(pending.Received, envelope, message, address) };
        if (envelope.ReplyTo is { } replyTo)
            pending = pending with { ReplyTopic = CheckReplyTopic(address.Caller, replyTo) };
        if (!address.IsWhole)
            throw new QmiException(ErrorCode.BadRequest, $"A request's topic is {topics.Box}/get|call|admin/{{caller}}/{{object}}/{{method}}.");

        var receiver = new ReplyRoad(replies, pending);
        box.Requests.Submit(
            new RpcRequest
            {
                Caller = options.GetCaller(address.Caller),
                Target = address.Target,
                Method = address.Method,
                Verb = address.Verb,
                Id = envelope.Id,
                Arguments = envelope.Arguments,
                Deadline = pending.Deadline,
                LockToken = envelope.LockToken,
                Fence = envelope.Fence,
                IfRevision = envelope.IfRevision,
                IfBoot = envelope.IfBoot,
                WaitAcceptedOnly = envelope.WaitAcceptedOnly,
                ProgressInterval = envelope.ProgressInterval,
                DryRun = envelope.DryRun,
                Trace = envelope.Trace,
                Address = pending.IsJournalled ? pending.ToAddress() : default,
            },
            receiver.Send);
    }

    private static RequestEnvelope WithProperties(RequestEnvelope envelope, in MqttMessage message)
    {
        if (!message.ResponseTopic.IsEmpty)
            envelope = envelope with { ReplyTo = Encoding.UTF8.GetString(message.ResponseTopic) };
        if (!message.CorrelationData.IsEmpty)
            envelope = envelope with { Id = ToId(message.CorrelationData) };
        if (message.UserProperties.TryGetValue("qmi-lock"u8, out var token))
            envelope = envelope with { LockToken = Encoding.UTF8.GetString(token) };
        if (message.UserProperties.TryGetValue("qmi-fence"u8, out var fence))
            envelope = envelope with { Fence = (ulong)ReadNumber("qmi-fence", fence) };
        if (message.UserProperties.TryGetValue("qmi-if-rev"u8, out var revision))
            envelope = envelope with { IfRevision = ReadNumber("qmi-if-rev", revision) };
        if (message.UserProperties.TryGetValue("qmi-if-boot"u8, out var boot))
            envelope = envelope with { IfBoot = Encoding.UTF8.GetString(boot) };
        if (message.UserProperties.TryGetValue("traceparent"u8, out var trace))
            envelope = envelope with { Trace = Encoding.UTF8.GetString(trace) };
        return envelope;
    }

    // A condition that cannot be read must not become none.
    private static long ReadNumber(string property, ReadOnlySpan<byte> text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new QmiException(ErrorCode.BadRequest, $"The user property {property} is \"{Encoding.UTF8.GetString(text)}\": it must be a whole number from 0 to {long.MaxValue}.");

    // Any bytes may correlate; in JSON they are text when they are text, hexadecimal otherwise, and their hash when they are longer than an id may be.
    private static string ToId(ReadOnlySpan<byte> correlation) => correlation switch
    {
        { Length: <= EnvelopeReader.LongestId } when !correlation.ContainsAnyExceptInRange((byte)' ', (byte)'~') => Encoding.ASCII.GetString(correlation),
        { Length: <= EnvelopeReader.LongestId / 2 } => Convert.ToHexStringLower(correlation),
        _ => Convert.ToHexStringLower(SHA256.HashData(correlation)),
    };

    private long GetDeadline(long received, in RequestEnvelope envelope, in MqttMessage message, RequestTopic address)
    {
        var budget = envelope.Timeout ?? box.Requests.FindTimeout(address.Target, address.Method) ?? options.DefaultTimeout;
        if (message.MessageExpiry is { } seconds && TimeSpan.FromSeconds(seconds) is var expiry && (envelope.Timeout is null || expiry < budget))
            budget = expiry;
        return received + MonotonicTime.ToNanoseconds(budget > options.MaximumTimeout ? options.MaximumTimeout : budget);
    }

    private string CheckReplyTopic(string caller, string replyTo) =>
        topics.MayReplyTo(caller, replyTo) && MqttTopic.IsPublishable(replyTo)
            ? replyTo
            : throw new QmiException(ErrorCode.ReplyTopicForbidden, $"{caller} may not have replies sent to {replyTo}: begin with {topics.Reply(caller, "")} or the caller's own client topic, without wildcards and control characters.");

    private QmiException TooLarge(int length) =>
        new(ErrorCode.PayloadTooLarge, $"The payload has {length} bytes, at most {options.PayloadLimit} are allowed.")
        {
            Details = new Dictionary<string, object?> { ["bytes"] = length, ["limit"] = options.PayloadLimit },
        };

    private QmiException Retained(RequestTopic address)
    {
        var topic = $"{topics.Box}/{RpcVerb.NameOf(address.Verb)}/{address.Caller}/{address.Target}/{address.Method}";
        box.Alarms.Raise("retained-request", AlarmSeverity.Warning, "RETAINED_REQUEST", $"A request came with the RETAIN flag on {topic}: clear it with an empty retained message.");
        return new QmiException(ErrorCode.RetainedRequest, "Requests must not be retained: a broker would repeat them at every reconnect. Send it without the RETAIN flag.");
    }

    [LoggerMessage(2101, LogLevel.Error, "The request on {Topic} could not be received")]
    private static partial void LogReceiveFailed(ILogger logger, string topic, Exception exception);

    /// <summary>The way back to whoever asked.</summary>
    private sealed class ReplyRoad(ReplySender replies, PendingRequest request)
    {
        public void Send(RpcReply reply) => replies.Send(request, reply);
    }
}
