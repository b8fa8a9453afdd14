namespace Qmi.Edge.Runtime.Tests;

public class TimeHistogramTests
{
    private static readonly double[] Shares = [0.001, 0.5, 0.9, 0.99, 0.999, 1];

    [Theory]
    [Trait("rule", "LOOP-13")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_percentile_is_that_of_the_sorted_list_or_at_most_one_part_in_32_more(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 50; run++)
        {
            var histogram = new TimeHistogram();
            var (values, decades) = (new long[random.Next(1, 3_000)], random.Next(1, 10));
            for (var index = 0; index < values.Length; index++)
            {
                // Spread over the decades, so that every octave is met.
                values[index] = (long)Math.Pow(10, random.NextDouble() * decades);
                histogram.Add(TimeSpan.FromTicks(values[index]));
            }

            Array.Sort(values);
            var counts = histogram.Read();
            Assert.Equal(values.Length, counts.Total);
            foreach (var share in Shares)
            {
                var exact = values[(int)Math.Ceiling(share * values.Length) - 1];
                Assert.InRange(counts.Percentile(share).Ticks, exact, exact + (exact / 32));
            }
        }
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public void Every_duration_is_in_a_bucket_that_begins_at_most_one_part_in_32_below_its_end()
    {
        for (var ticks = 1L; ticks < 1L << 35; ticks += Math.Max(1, ticks / 97))
        {
            var upTo = Only(ticks).UpTo.Ticks;
            Assert.InRange(upTo, ticks, ticks + (ticks / 32));
            Assert.Equal(upTo, Only(upTo).UpTo.Ticks);
            Assert.NotEqual(upTo, Only(upTo + 1).UpTo.Ticks);
        }
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public void What_is_longer_than_the_longest_counts_as_the_longest_and_a_negative_duration_as_none()
    {
        Assert.Equal((1L << 36) - 1, Only(long.MaxValue).UpTo.Ticks);
        Assert.Equal(TimeSpan.Zero, Only(-1).UpTo);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public void An_empty_histogram_has_no_buckets()
    {
        var counts = new TimeHistogram().Read();

        Assert.Equal((0, TimeSpan.Zero), (counts.Total, counts.Percentile(0.5)));
        Assert.Empty(counts.Buckets);
    }

    private static TimeBucket Only(long ticks)
    {
        var histogram = new TimeHistogram();
        histogram.Add(TimeSpan.FromTicks(ticks));
        return Assert.Single(histogram.Read().Buckets);
    }
}
