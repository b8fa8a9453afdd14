using System.Globalization;
using System.Text;

namespace Qmi.Edge.Runtime.Tests;

public class RecordFileTests
{
    private const int Size = 64 * 1024;

    [Fact]
    public void Records_are_read_in_their_order_and_more_can_follow()
    {
        var disk = new CrashingDisk();
        using (var file = Begin(disk))
        {
            Append(file, "one", "two");
            file.Flush();
        }

        using (var again = new RecordFile(disk, "records", Size))
        {
            Assert.Equal(["one", "two"], Read(again).Records);
            Append(again, "three");
            again.Flush();
        }

        using var last = new RecordFile(disk, "records", Size);
        Assert.Equal(["one", "two", "three"], Read(last).Records);
    }

    [Fact]
    public void A_new_file_has_no_records_and_takes_none_before_it_is_begun()
    {
        using var file = new RecordFile(new CrashingDisk(), "records", Size);

        Assert.Empty(Read(file).Records);
        Assert.Equal(0ul, file.Generation);
        Assert.False(file.TryAppend("x"u8));
    }

    [Fact]
    public void A_full_file_says_so_and_nothing_is_half_there()
    {
        var disk = new CrashingDisk();
        using var file = Begin(disk);
        var record = new byte[1000];
        var count = 0;
        while (file.TryAppend(record))
            count++;
        file.Flush();

        Assert.Equal((Size - RecordFile.SizeOf(8)) / RecordFile.SizeOf(1000), count);
        using var again = new RecordFile(disk, "records", Size);
        Assert.Equal(count, Read(again).Records.Count);
    }

    [Fact]
    public void What_an_earlier_generation_left_is_never_taken_for_a_record()
    {
        var disk = new CrashingDisk();
        using (var file = Begin(disk))
        {
            Append(file, "old 1", "old 2", "old 3");
            file.Flush();
            file.Begin(2);
            Append(file, "new 1");
            file.Flush();
        }

        using var again = new RecordFile(disk, "records", Size);
        Assert.Equal(["new 1"], Read(again).Records);
        Assert.Equal(2ul, again.Generation);
    }

    [Fact]
    public void After_a_power_cut_at_any_operation_all_that_was_flushed_is_there_in_order()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var disk = new CrashingDisk(seed);
            var flushed = 0;
            try
            {
                using var file = Begin(disk);
                disk.FailsAt = disk.Operations + (seed % 30);
                for (var value = 0; value < 60; value++)
                {
                    // Of very different lengths, so that sectors are cut everywhere.
                    Append(file, value.ToString(CultureInfo.InvariantCulture).PadRight(1 + ((value * 97) % 700)));
                    if (value % 3 != 2)
                        continue;
                    file.Flush();
                    flushed = value + 1;
                }
            }
            catch (IOException)
            {
                // The power was cut.
            }

            disk.PowerUp();
            using var again = new RecordFile(disk, "records", Size);
            var found = Read(again).Records.ConvertAll(text => int.Parse(text, CultureInfo.InvariantCulture));

            // What was not flushed may be there or not, even with holes, but never in another order or with another content.
            Assert.Equal(Enumerable.Range(0, flushed), found.Take(flushed));
            Assert.Equal(found.Order(), found);
        }
    }

    [Fact]
    public void Damage_in_the_middle_costs_one_record_and_is_counted_while_a_torn_end_is_not()
    {
        var disk = new CrashingDisk();
        using (var file = Begin(disk))
        {
            Append(file, "one", "two", "three");
            file.Flush();
        }

        var second = RecordFile.SizeOf(8) + RecordFile.SizeOf(3);
        disk.Flip("records", second + 16, 1);
        using var damaged = new RecordFile(disk, "records", Size);
        var (left, count) = Read(damaged);
        Assert.Equal(["one", "three"], left);
        Assert.Equal(1, count);

        disk.Flip("records", second + 16, 1);
        disk.Flip("records", second + RecordFile.SizeOf(3) + 16, 1);
        using var torn = new RecordFile(disk, "records", Size);
        (left, count) = Read(torn);
        Assert.Equal(["one", "two"], left);
        Assert.Equal(0, count);
    }

    [Fact]
    public void A_full_disk_does_not_stop_a_file_that_has_its_room()
    {
        var disk = new CrashingDisk();
        using var file = Begin(disk);
        disk.IsFull = true;

        Append(file, "one");
        file.Flush();

        using var again = new RecordFile(disk, "records", Size);
        Assert.Equal(["one"], Read(again).Records);
    }

    private static RecordFile Begin(CrashingDisk disk)
    {
        var file = new RecordFile(disk, "records", Size);
        Assert.Equal(0, file.Read(_ => { }));
        file.Begin(1);
        return file;
    }

    private static void Append(RecordFile file, params ReadOnlySpan<string> records)
    {
        foreach (var record in records)
            Assert.True(file.TryAppend(Encoding.UTF8.GetBytes(record)));
    }

    private static (List<string> Records, int Damaged) Read(RecordFile file)
    {
        var records = new List<string>();
        var damaged = file.Read(record => records.Add(Encoding.UTF8.GetString(record)));
        return (records, damaged);
    }
}
