using static Qmi.Edge.Runtime.Tests.GivenHistory;

namespace Qmi.Edge.Runtime.Tests;

public class HistoryRingTests
{
    [Fact]
    public void What_was_appended_is_found_by_its_numbers()
    {
        var given = new GivenHistory(new CrashingDisk());
        for (var first = 0; first < 200; first += 10)
            given.Append(First, first);

        Assert.Equal([20, 30, 40], given.Read(First, 25, 41).Select(batch => batch.First));
        Assert.Equal([0, 10], given.Read(First, 0, 20).Select(batch => batch.First));
        Assert.Equal([190], given.Read(First, 199).Select(batch => batch.First));
        Assert.Empty(given.Read(First, 200));
        Assert.Empty(given.Read(Second));
        Assert.Equal((200L, null), (given.Ring.EndOf(First), given.Ring.EndOf(Second)));
    }

    [Fact]
    public void When_it_is_full_the_oldest_quarter_goes_and_the_rest_is_found()
    {
        var given = new GivenHistory(new CrashingDisk());
        for (var first = 0; first < 20_000; first += 10)
            given.Append(First, first);

        var found = given.Read(First);
        Assert.Equal(19_990, found[^1].First);
        Assert.Equal(Enumerable.Range(0, found.Count).Select(index => found[0].First + (10 * index)), found.Select(batch => batch.First));
        // Three of four files are always full.
        Assert.InRange(found.Sum(batch => RecordFile.SizeOf(HistoryRecord.HeaderSize + batch.Json.Length)), 64 * 1024 / 2, 64 * 1024);
        Assert.Equal(new HistoryMark(First, found[0].First), given.Ring.GivenUp);
    }

    [Fact]
    public void The_next_run_of_the_box_finds_what_the_last_has_written_and_goes_on_after_it()
    {
        var disk = new CrashingDisk();
        var given = new GivenHistory(disk);
        given.Append(First, 0);
        given.Append(First, 10);
        given.Ring.Write();

        given.Reopen();
        given.Append(Second, 0);
        given.Append(Second, 10);
        given.Ring.Write();
        given.Reopen();

        Assert.Equal([First, Second], given.Ring.Boots);
        Assert.Equal([0L, 10], given.Read(First).Select(batch => batch.First));
        Assert.Equal([0L, 10], given.Read(Second).Select(batch => batch.First));
        Assert.Equal(new HistoryMark(Second, 20), given.Ring.Last);
    }

    [Fact]
    public void After_a_mark_comes_the_rest_of_its_run_and_then_all_later_ones_whatever_their_names()
    {
        var given = new GivenHistory(new CrashingDisk());
        foreach (var boot in new[] { Second, First, Third })
        {
            given.Append(boot, 0);
            given.Append(boot, 10);
        }

        // The first run had the wall clock of a machine without a battery.
        Assert.Equal([(Second, 10), (First, 0), (First, 10), (Third, 0), (Third, 10)], After(new HistoryMark(Second, 10)));
        Assert.Equal([(First, 0), (First, 10), (Third, 0), (Third, 10)], After(new HistoryMark(Second, 20)));
        Assert.Equal([(Third, 10)], After(new HistoryMark(Third, 15)));
        Assert.Empty(After(new HistoryMark(Third, 20)));
        Assert.Equal(6, After(null).Count);
        Assert.Equal(6, After(new HistoryMark(new string('D', 26), 0)).Count);

        List<(string Boot, long First)> After(HistoryMark? mark) => [.. given.ReadAfter(mark).Select(batch => (batch.Boot, batch.First))];
    }

    [Fact]
    public void What_was_acknowledged_is_known_to_the_next_run_even_when_the_batches_are_gone()
    {
        var given = new GivenHistory(new CrashingDisk());
        given.Append(First, 0);
        given.Acknowledge(First, 10);
        given.Ring.Write();
        given.Reopen();
        Assert.Equal(new HistoryMark(First, 10), given.Ring.Acknowledged);

        for (var first = 10; first < 5_000; first += 10)
        {
            given.Append(First, first);
            if (first == 4_000)
                given.Acknowledge(First, 4_000);
        }

        given.Ring.Write();
        given.Reopen();
        Assert.Equal(new HistoryMark(First, 4_000), given.Ring.Acknowledged);
        Assert.Equal(4_000, given.ReadAfter(given.Ring.Acknowledged)[0].First);
    }

    [Fact]
    public void After_a_power_cut_at_any_moment_what_can_be_read_is_right()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var disk = new CrashingDisk(seed);
            var given = new GivenHistory(disk);
            CutDuring(disk, seed % 40, () => Fill(given, First, 0, 300));
            given.Reopen();
            CheckOrder(given, seed);

            // The next run goes on; nothing of what the cut has left comes up again in between.
            CutDuring(disk, (seed * 7) % 60, () => Fill(given, Second, 0, 200));
            given.Reopen();
            Fill(given, Third, 0, 5);
            given.Ring.Write();
            given.Reopen();
            CheckOrder(given, seed);
            Assert.Equal(50, given.Ring.EndOf(Third));
            Assert.Equal(Third, given.Ring.Boots.Last());
        }
    }

    [Fact]
    public void Damage_costs_what_it_hits_and_no_wrong_values_come_out()
    {
        var disk = new CrashingDisk();
        var given = new GivenHistory(disk);
        Fill(given, First, 0, 100);
        given.Ring.Write();
        given.Ring.Flush();
        var random = new Random(5);
        var whole = given.Read(First).Count;
        for (var round = 0; round < 200; round++)
        {
            var file = $"{Folder}/{disk.List(Folder)[random.Next(disk.List(Folder).Count)]}";
            disk.Flip(file, random.Next(16 * 1024), (byte)(1 << random.Next(8)));
            given.Reopen();
            CheckOrder(given, round);
        }

        Assert.InRange(given.Read(First).Count, 0, whole - 1);
    }

    private static void Fill(GivenHistory given, string boot, int from, int batches)
    {
        for (var index = 0; index < batches; index++)
        {
            given.Append(boot, from + (10 * index));
            if (index % 3 == 0)
                given.Ring.Write();
        }
    }

    private static void CutDuring(CrashingDisk disk, int operations, Action action)
    {
        disk.FailsAt = disk.Operations + operations;
        try
        {
            action();
            disk.Cut();
        }
        catch (IOException)
        {
            // As it was told.
        }

        disk.PowerUp();
    }

    // Reading checks the content of each batch.
    private static void CheckOrder(GivenHistory given, int seed)
    {
        var found = given.ReadAfter(null);
        foreach (var run in found.GroupBy(batch => batch.Boot))
        {
            var numbers = run.Select(batch => batch.First).ToList();
            Assert.True(numbers.Order().Distinct().SequenceEqual(numbers), $"seed {seed}: {run.Key[0]} {string.Join(' ', numbers)}");
        }

        var boots = found.Select(batch => batch.Boot).ToList();
        Assert.True(boots.Order(StringComparer.Ordinal).SequenceEqual(boots), $"seed {seed}: runs are mixed: {string.Join(' ', found.Select(batch => $"{batch.Boot[0]}{batch.First}"))}");
    }
}
