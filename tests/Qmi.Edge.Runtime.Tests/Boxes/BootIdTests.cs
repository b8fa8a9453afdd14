using System.Globalization;

namespace Qmi.Edge.Runtime.Tests;

public class BootIdTests
{
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public void It_is_26_characters_of_Crockfords_base32_and_fits_128_bits()
    {
        var id = BootId.Create(TimeProvider.System);

        Assert.Equal(26, id.Length);
        Assert.All(id, character => Assert.Contains(character, Crockford));
        Assert.InRange(id[0], '0', '7');
    }

    [Fact]
    public void Its_first_ten_characters_are_the_time_in_milliseconds()
    {
        // The example of the ULID specification.
        var time = new ManualTime { Epoch = DateTimeOffset.FromUnixTimeMilliseconds(1469918176385) };

        Assert.StartsWith("01ARYZ6S41", BootId.Create(time));
    }

    [Fact]
    public void A_later_start_sorts_later()
    {
        var time = new ManualTime();
        var ids = new List<string>();
        for (var index = 0; index < 1000; index++)
        {
            ids.Add(BootId.Create(time));
            time.Advance(TimeSpan.FromMilliseconds(1 + (index * index)));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void Starts_within_one_millisecond_differ()
    {
        var time = new ManualTime();

        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => BootId.Create(time)).Distinct().Count());
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", "0000000000")]
    [InlineData("9999-12-31T23:59:59.999Z", "76EZ91ZPZZ")]
    public void Every_time_has_its_place(string time, string expected)
    {
        var epoch = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        Assert.StartsWith(expected, BootId.Create(new ManualTime { Epoch = epoch }));
    }

    [Fact]
    public async Task Two_boxes_never_share_one()
    {
        await using var first = new GivenBox();
        await using var second = new GivenBox();

        Assert.NotEqual(first.Box.Boot, second.Box.Boot);
        Assert.Equal(first.Box.Boot, first.Box.Boot);
    }
}
