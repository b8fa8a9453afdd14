using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class TimestampTests
{
    [Theory]
    [InlineData("2026-11-29T12:34:56.7891239+02:00", "2026-11-29T10:34:56.789123Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z")]
    public void A_wall_time_is_UTC_with_microseconds_of_which_none_is_rounded_up(string time, string expected)
    {
        var value = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteTimestamp("at"u8, value);
            writer.WriteEndObject();
        }

        Assert.Equal($$"""{"at":"{{expected}}"}""", Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(expected, Timestamps.ToText(value));
    }
}
