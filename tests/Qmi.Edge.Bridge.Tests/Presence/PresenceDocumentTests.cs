using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Bridge.Tests;

public class PresenceDocumentTests
{
    private const string Boot = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public void What_was_written_is_read()
    {
        foreach (var state in Enum.GetValues<PresenceState>())
            Assert.Equal(new PresenceDocument(state, Boot, 7), PresenceDocument.TryRead(new PresenceDocument(state, Boot, 7) { Since = DateTimeOffset.UnixEpoch, Reason = "why" }.ToBytes()));
    }

    [Fact]
    public void It_is_written_as_the_contract_has_it()
    {
        var document = new PresenceDocument(PresenceState.Moved, Boot, 7) { Since = DateTimeOffset.UnixEpoch, Reason = "why", MovedTo = "lab/v1/box/box08" };

        Assert.Equal(
            $$"""{"v":1,"state":"moved","boot":"{{Boot}}","conn":7,"since":"1970-01-01T00:00:00.000000Z","reason":"why","to":"box08","root":"lab/v1/box/box08"}""",
            Encoding.UTF8.GetString(document.ToBytes()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("online")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"state":"online","boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV"}""")]
    [InlineData("""{"state":"gone","boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV","conn":1}""")]
    [InlineData("""{"state":7,"boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV","conn":1}""")]
    [InlineData("""{"state":"online","boot":"new","conn":1}""")]
    [InlineData("""{"state":"online","boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV","conn":"1"}""")]
    [InlineData("""{"state":"online","boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV","conn":1.5}""")]
    [InlineData("""{"state":"online","boot":"01ARZ3NDEKTSV4RRFFQ69G5FAV","conn":99999999999999999999}""")]
    public void What_is_none_is_told(string json) => Assert.Null(PresenceDocument.TryRead(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Hostile_text_is_none_either()
    {
        Assert.Null(PresenceDocument.TryRead(Encoding.UTF8.GetBytes(new string('[', 4000))));
        Assert.Null(PresenceDocument.TryRead(Encoding.UTF8.GetBytes($$"""{"state":"online","boot":"{{Boot}}","conn":1,"x":"{{new string('x', 5000)}}"}""")));
        Assert.Null(PresenceDocument.TryRead([0xFF, 0xFE, 0x00]));
    }

    [Fact]
    public void Of_a_health_document_boot_and_period_are_read_wherever_they_stand()
    {
        static HealthSign? Read(string json) => HealthSign.TryRead(Encoding.UTF8.GetBytes(json));

        Assert.Equal(new HealthSign(Boot, TimeSpan.FromSeconds(10)), Read($$"""{"v":1,"tasks":{"boot":{"boot":"x","period_s":99} },"boot":"{{Boot}}","list":[{"boot":"y"}],"period_s":10}"""));
        Assert.Equal(new HealthSign(Boot, null), Read($$"""{"boot":"{{Boot}}","period_s":"ten"}"""));
        Assert.Null(Read("""{"period_s":10}"""));
        Assert.Null(Read("{"));
        Assert.Null(Read(""));
        Assert.Null(Read("[1,2]"));
    }

    [Fact]
    [Trait("rule", "MQTT-2.11.3")]
    public void Boxes_are_spread_over_the_whole_time_by_names_that_differ_in_their_last_letter()
    {
        var delays = Enumerable.Range(0, 5000).Select(number => BirthDelay.Of($"box{number:D4}", TimeSpan.FromSeconds(5)).TotalMilliseconds).ToList();

        Assert.All(delays, delay => Assert.InRange(delay, 0, 4999.999));
        // 5000 boxes over ten half seconds: 500 in each, within what chance does (standard deviation 21).
        for (var part = 0; part < 10; part++)
            Assert.InRange(delays.Count(delay => (int)(delay / 500) == part), 400, 600);
    }

    [Fact]
    public void A_box_waits_as_long_at_every_restart_and_in_every_version()
    {
        Assert.Equal(BirthDelay.Of("box07", TimeSpan.FromSeconds(5)), BirthDelay.Of("box07", TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.Zero, BirthDelay.Of("box07", TimeSpan.Zero));
        Assert.Equal(BirthDelay.Of("box07", TimeSpan.FromSeconds(5)) * 2, BirthDelay.Of("box07", TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_box_that_writes_json_by_hand_writes_json() =>
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(new PresenceDocument(PresenceState.Online, Boot, 1) { Reason = "\"quoted\"\n" }.ToBytes()).RootElement.ValueKind);
}
