using Microsoft.Extensions.Logging.Abstractions;

namespace Qmi.Edge.Runtime.Tests;

public class BootHistoryTests
{
    [Fact]
    public void Runs_sort_in_their_order_also_when_the_wall_clock_goes_back()
    {
        var (disk, time) = (new CrashingDisk(), new ManualTime());
        var boots = new List<string>();
        foreach (var step in new[] { 0, -3600, 86_400, -864_000, 0, 5, -5, 31_536_000, -63_072_000 })
        {
            time.StepWallClock(TimeSpan.FromSeconds(step));
            boots.Add(Begin(disk, time).Boot);
        }

        Assert.Equal(boots.Order(StringComparer.Ordinal), boots);
    }

    [Fact]
    public void A_run_knows_those_before_it_newest_last_and_not_without_end()
    {
        var (disk, time) = (new CrashingDisk(), new ManualTime());
        var boots = Enumerable.Range(0, 40).Select(_ => Begin(disk, time).Boot).ToList();

        var (_, earlier) = Begin(disk, time);

        Assert.Equal(boots.TakeLast(16), earlier);
    }

    [Fact]
    public void After_a_power_cut_at_any_operation_the_next_run_sorts_later()
    {
        for (var failsAt = 0; failsAt < 40; failsAt++)
        {
            var (disk, time) = (new CrashingDisk(failsAt) { FailsAt = failsAt }, new ManualTime());
            var last = "";
            for (var run = 0; run < 8; run++)
            {
                time.StepWallClock(TimeSpan.FromDays(-1));
                var boot = Begin(disk, time).Boot;
                // The one that could not be noted may seem newer than the next, and everything before it must not.
                if (disk.FailsAt is { } cut && disk.Operations > cut)
                    break;
                last = boot;
            }

            disk.PowerUp();
            Assert.True(string.CompareOrdinal(Begin(disk, time).Boot, last) > 0, $"cut at {failsAt}");
        }
    }

    [Fact]
    public void Without_a_disk_or_with_one_that_fails_the_box_begins_all_the_same()
    {
        var time = new ManualTime();

        Assert.True(BootId.IsValid(BootHistory.Begin(null, time, NullLogger.Instance).Boot));
        Assert.True(BootId.IsValid(Begin(new CrashingDisk { IsBroken = true }, time).Boot));
        Assert.True(BootId.IsValid(Begin(new CrashingDisk { IsFull = true }, time).Boot));
    }

    [Fact]
    public void Damaged_notes_are_logged_and_do_not_stop_the_box()
    {
        var (disk, time, log) = (new CrashingDisk(), new ManualTime(), new RecordingLog());
        Begin(disk, time);
        Begin(disk, time);
        disk.Flip("boot", 60, 1);

        var (_, earlier) = BootHistory.Begin(disk, time, log);

        Assert.Single(earlier);
        Assert.Contains(log.Lines, line => line.Text.StartsWith("boot is damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAV", true)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FA", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAVX", false)]
    [InlineData("81ARZ3NDEKTSV4RRFFQ69G5FAV", false)]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAU", false)]
    [InlineData("01arz3ndektsv4rrffq69g5fav", false)]
    public void What_is_no_id_is_told(string text, bool isValid) => Assert.Equal(isValid, BootId.IsValid(text));

    private static (string Boot, IReadOnlyList<string> Earlier) Begin(CrashingDisk disk, ManualTime time) => BootHistory.Begin(disk, time, NullLogger.Instance);
}
