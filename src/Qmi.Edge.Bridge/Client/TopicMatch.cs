namespace Qmi.Edge.Bridge;

/// <summary>Whether a topic matches a filter, by the rules of MQTT 5 section 4.7.</summary>
internal static class TopicMatch
{
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        while (true)
        {
            var wanted = First(filter);
            var level = First(topic);
            if (wanted is "#")
                return true;
            if (wanted is not "+" && !wanted.SequenceEqual(level))
                return false;
            var (isLastWanted, isLast) = (wanted.Length == filter.Length, level.Length == topic.Length);
            if (isLastWanted || isLast)
                return isLastWanted && isLast || isLast && filter[wanted.Length..] is "/#";
            filter = filter[(wanted.Length + 1)..];
            topic = topic[(level.Length + 1)..];
        }
    }

    private static ReadOnlySpan<char> First(ReadOnlySpan<char> levels) => levels.IndexOf('/') is >= 0 and var end ? levels[..end] : levels;
}
