using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A copy of a message that outlives its event.</summary>
internal sealed record ReceivedMessage
{
    public ReceivedMessage(in MqttMessage message)
    {
        Topic = Encoding.UTF8.GetString(message.Topic);
        Payload = message.Payload.ToArray();
        Qos = message.Qos;
        PacketId = message.PacketId;
        IsRedelivery = message.IsRedelivery;
        Retain = message.Retain;
        PayloadIsUtf8 = message.PayloadIsUtf8;
        MessageExpiry = message.MessageExpiry;
        ContentType = Encoding.UTF8.GetString(message.ContentType);
        ResponseTopic = Encoding.UTF8.GetString(message.ResponseTopic);
        CorrelationData = message.CorrelationData.ToArray();
        var properties = new List<(string, string)>();
        foreach (var property in message.UserProperties)
            properties.Add((Encoding.UTF8.GetString(property.Name), Encoding.UTF8.GetString(property.Value)));
        UserProperties = properties;
    }

    public string Topic { get; }

    public byte[] Payload { get; }

    public string Text => Encoding.UTF8.GetString(Payload);

    public MqttQos Qos { get; }

    public ushort PacketId { get; }

    public bool IsRedelivery { get; }

    public bool Retain { get; }

    public bool PayloadIsUtf8 { get; }

    public uint? MessageExpiry { get; }

    public string ContentType { get; }

    public string ResponseTopic { get; }

    public byte[] CorrelationData { get; }

    public IReadOnlyList<(string Name, string Value)> UserProperties { get; }
}
