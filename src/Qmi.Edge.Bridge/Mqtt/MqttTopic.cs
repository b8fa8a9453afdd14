using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>The rules for topics to publish on, MQTT 5 sections 1.5.4 and 4.7.</summary>
internal static class MqttTopic
{
    /// <summary>
    /// Whether every broker and every client library takes it. Control characters and noncharacters are allowed to be refused, and libmosquitto
    /// refuses them.
    /// </summary>
    public static bool IsPublishable(string topic)
    {
        if (topic.Length == 0 || topic.AsSpan().ContainsAny('+', '#') || Encoding.UTF8.GetByteCount(topic) > ushort.MaxValue)
            return false;
        for (var place = 0; place < topic.Length;)
        {
            // Half of a surrogate pair is no rune.
            if (!Rune.TryGetRuneAt(topic, place, out var rune) || Rune.IsControl(rune) || IsNoncharacter(rune.Value))
                return false;
            place += rune.Utf16SequenceLength;
        }

        return true;
    }

    private static bool IsNoncharacter(int code) => code is >= 0xFDD0 and <= 0xFDEF || (code & 0xFFFE) == 0xFFFE;
}
