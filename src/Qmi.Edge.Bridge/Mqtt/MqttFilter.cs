using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>The rules for topic filters, MQTT 5 section 4.7.</summary>
public static class MqttFilter
{
    /// <summary>Throws for a filter that no broker takes.</summary>
    /// <exception cref="ArgumentException">It is empty, longer than 65 535 bytes, contains U+0000, or has a wildcard where none may be.</exception>
    public static void ThrowIfInvalid(string filter)
    {
        ArgumentException.ThrowIfNullOrEmpty(filter);
        if (filter.Contains('\0') || Encoding.UTF8.GetByteCount(filter) > ushort.MaxValue)
            throw new ArgumentException("A topic filter has at most 65535 bytes of UTF-8 and no U+0000.", nameof(filter));

        for (var i = 0; i < filter.Length; i++)
        {
            var begins = i == 0 || filter[i - 1] == '/';
            var ends = i == filter.Length - 1;
            if (filter[i] == '#' && !(begins && ends))
                throw new ArgumentException($"In the topic filter '{filter}' the wildcard # is not a whole level at the end.", nameof(filter));
            if (filter[i] == '+' && !(begins && (ends || filter[i + 1] == '/')))
                throw new ArgumentException($"In the topic filter '{filter}' the wildcard + is not a whole level.", nameof(filter));
        }
    }
}
