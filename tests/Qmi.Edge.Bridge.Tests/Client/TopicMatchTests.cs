namespace Qmi.Edge.Bridge.Tests;

public class TopicMatchTests
{
    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/c", false)]
    [InlineData("a/b", "a", false)]
    [InlineData("a", "a/b", false)]
    [InlineData("a/+", "a/b", true)]
    [InlineData("a/+", "a/", true)]
    [InlineData("a/+", "a", false)]
    [InlineData("a/+", "a/b/c", false)]
    [InlineData("+/b/+", "a/b/c", true)]
    [InlineData("a/#", "a", true)]
    [InlineData("a/#", "a/b/c", true)]
    [InlineData("a/#", "b/a", false)]
    [InlineData("#", "a/b", true)]
    [InlineData("qmi/v1/box/+/state", "qmi/v1/box/box07/state", true)]
    [InlineData("qmi/v1/box/+/state", "qmi/v1/box/box07/task/state", false)]
    public void A_filter_matches_what_MQTT_says(string filter, string topic, bool matches) => Assert.Equal(matches, TopicMatch.Matches(filter, topic));

    [Theory]
    [InlineData("qmi/v1/client/alice/reply/box07/P1/42", "box07", 42)]
    [InlineData("qmi/v1/client/alice/reply/_/P1/1", "_", 1)]
    [InlineData("qmi/v1/client/alice/reply/box07/P2/42", null, 0)]
    [InlineData("qmi/v1/client/alice/reply/box07/P1/x", null, 0)]
    [InlineData("qmi/v1/client/alice/reply/box07/P1/42/x", null, 0)]
    [InlineData("qmi/v1/client/alice/reply/box07", null, 0)]
    [InlineData("qmi/v1/client/bob/reply/box07/P1/42", null, 0)]
    public void A_reply_is_known_by_its_topic(string topic, string? box, long number)
    {
        var isReply = new ClientTopics("qmi", "alice", "P1").TryReadReply(System.Text.Encoding.UTF8.GetBytes(topic), out var from, out var read);

        Assert.Equal(box is not null, isReply);
        if (isReply)
            Assert.Equal((box, number), (System.Text.Encoding.UTF8.GetString(from), read));
    }
}
