using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A settings push on its way: answered when the task's box has accepted or refused it.</summary>
internal sealed class SettingsDelivery(ClientLink link, string box, string task, RemotePush push) : Delivery(link, box, $"settings of {task}", push.Timeout)
{
    private readonly byte[] _topic = Encoding.UTF8.GetBytes(link.Topics.Of(box).Push(task, link.Topics.Caller));

    protected override bool TryPublish(TimeSpan left)
    {
        using var buffer = JsonBuffer.Rent();
        Write(buffer.Writer);
        return Link.TryPublish(new MqttPublication
        {
            Topic = _topic,
            Payload = buffer.Written.Span,
            Qos = MqttQos.AtLeastOnce,
            Token = Number,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
            MessageExpiry = (uint)Math.Ceiling(left.TotalSeconds),
        });
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, Id);
        writer.WriteString("mode"u8, push.Replace ? "replace"u8 : "merge"u8);
        writer.WritePropertyName("values"u8);
        writer.WriteRawValue(push.Values.Span, skipInputValidation: true);
        if (push.LockToken is { } token)
            writer.WriteString("lock"u8, token);
        writer.WriteEndObject();
    }
}
