using System.Runtime.InteropServices;
using static Qmi.Edge.Bridge.LibmosquittoProperties;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The properties of a message on the way in. libmosquitto hands out copies made by malloc; they are freed when the handler has
/// returned. User properties are gathered in one buffer that is used again and again, so that a message costs no managed memory.
/// </summary>
internal sealed unsafe class ReceivedProperties
{
    private byte* _contentType;
    private byte* _responseTopic;
    private void* _correlation;
    private ushort _correlationLength;
    private byte[] _user = new byte[256];
    private int _userLength;

    public bool PayloadIsUtf8 { get; private set; }

    public uint? MessageExpiry { get; private set; }

    public ReadOnlySpan<byte> ContentType => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_contentType);

    public ReadOnlySpan<byte> ResponseTopic => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_responseTopic);

    public ReadOnlySpan<byte> CorrelationData => new(_correlation, _correlationLength);

    public MqttUserProperties UserProperties => new(_user.AsSpan(0, _userLength));

    public void Read(nint list)
    {
        // Each read starts at the node at hand and so finds it first.
        for (var node = list; node != 0; node = mosquitto_property_next(node))
        {
            switch (mosquitto_property_identifier(node))
            {
                case PropertyId.PayloadFormatIndicator:
                    byte format;
                    PayloadIsUtf8 = mosquitto_property_read_byte(node, PropertyId.PayloadFormatIndicator, &format, 0) != 0 && format == 1;
                    break;
                case PropertyId.MessageExpiryInterval:
                    uint expiry;
                    if (mosquitto_property_read_int32(node, PropertyId.MessageExpiryInterval, &expiry, 0) != 0)
                        MessageExpiry = expiry;
                    break;
                case PropertyId.ContentType:
                    fixed (byte** text = &_contentType)
                        mosquitto_property_read_string(node, PropertyId.ContentType, text, 0);
                    break;
                case PropertyId.ResponseTopic:
                    fixed (byte** text = &_responseTopic)
                        mosquitto_property_read_string(node, PropertyId.ResponseTopic, text, 0);
                    break;
                case PropertyId.CorrelationData:
                    fixed (void** bytes = &_correlation)
                    fixed (ushort* length = &_correlationLength)
                        mosquitto_property_read_binary(node, PropertyId.CorrelationData, bytes, length, 0);
                    break;
                case PropertyId.UserProperty:
                    ReadUserProperty(node);
                    break;
                default:
                    break;
            }
        }
    }

    public void Free()
    {
        NativeMemory.Free(_contentType);
        NativeMemory.Free(_responseTopic);
        NativeMemory.Free(_correlation);
        _contentType = null;
        _responseTopic = null;
        _correlation = null;
        _correlationLength = 0;
        (PayloadIsUtf8, MessageExpiry, _userLength) = (false, null, 0);
    }

    private void ReadUserProperty(nint node)
    {
        byte* name = null;
        byte* value = null;
        if (mosquitto_property_read_string_pair(node, PropertyId.UserProperty, &name, &value, 0) == 0)
            return;

        var nameText = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        var valueText = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(value);
        var needed = _userLength + 4 + nameText.Length + valueText.Length;
        if (needed > _user.Length)
            Array.Resize(ref _user, Math.Max(needed, 2 * _user.Length));
        MqttUserProperties.TryAppend(_user, ref _userLength, nameText, valueText);
        NativeMemory.Free(name);
        NativeMemory.Free(value);
    }
}
