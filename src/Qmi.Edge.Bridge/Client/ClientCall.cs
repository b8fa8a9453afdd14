using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What is to be called.</summary>
internal sealed record ClientRequest(string Box, string Target, RpcMethodDescription Method, ReadOnlyMemory<byte> Arguments, TimeSpan Timeout, string? LockToken);

/// <summary>A request on its way.</summary>
internal sealed class ClientCall(ClientLink link, ClientRequest request) : Delivery(link, request.Box, $"{request.Target}.{request.Method.Name}", request.Timeout)
{
    private readonly byte[] _topic = Encoding.UTF8.GetBytes($"{link.Topics.Of(request.Box).Requests(request.Method.Access, link.Topics.Caller)[..^1]}{request.Target}/{request.Method.Name}");
    private string? _replyTopic;

    private string ReplyTopic => _replyTopic ??= Link.Topics.Reply(Box, Number);

    protected override bool TryPublish(TimeSpan left)
    {
        using var buffer = JsonBuffer.Rent();
        WriteEnvelope(buffer.Writer, left);
        return Link.TryPublish(new MqttPublication
        {
            Topic = _topic,
            Payload = buffer.Written.Span,
            Qos = MqttQos.AtLeastOnce,
            Token = Number,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
            MessageExpiry = (uint)Math.Ceiling(left.TotalSeconds),
            ResponseTopic = Encoding.UTF8.GetBytes(ReplyTopic),
            CorrelationData = Encoding.UTF8.GetBytes(Id),
        });
    }

    // Everything is in the JSON, also on MQTT 5: a bridge between brokers may lose the properties.
    private void WriteEnvelope(System.Text.Json.Utf8JsonWriter writer, TimeSpan left)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, Id);
        writer.WriteString("reply_to"u8, ReplyTopic);
        writer.WriteNumber("timeout_ms"u8, (long)Math.Ceiling(left.TotalMilliseconds));
        if (request.LockToken is { } token)
            writer.WriteString("lock"u8, token);
        writer.WritePropertyName("args"u8);
        writer.WriteRawValue(request.Arguments.Span, skipInputValidation: true);
        writer.WriteEndObject();
    }
}
