using System.Text;

namespace Qmi.Edge.Runtime.Tests;

public class AtomicFileTests
{
    [Fact]
    public void What_was_saved_is_loaded()
    {
        var disk = new CrashingDisk();
        Save(disk, "one");
        Save(disk, "two");

        Assert.Equal(("two", null), Load(disk));
    }

    [Fact]
    public void Where_nothing_was_saved_there_is_nothing_and_nothing_is_wrong() => Assert.Equal((null, null), Load(new CrashingDisk()));

    [Fact]
    public void The_content_stays_text_that_people_can_read()
    {
        var disk = new CrashingDisk();
        Save(disk, "{\n  \"rate\": 5\n}\n");

        Assert.EndsWith("\n{\n  \"rate\": 5\n}\n", Encoding.UTF8.GetString(disk.Read("file")!));
    }

    [Fact]
    public void What_a_failing_card_does_not_give_any_more_is_damaged_and_the_one_before_is_used()
    {
        var disk = new CrashingDisk();
        Save(disk, "one");
        Save(disk, "two");

        var loaded = new AtomicFile(new UnreadableDisk(disk, "file"), "file").Load();

        Assert.Equal("one", Encoding.UTF8.GetString(loaded.Content!.Value.Span));
        Assert.Contains("file is damaged", loaded.Damage);
    }

    [Fact]
    public void When_only_the_one_before_is_there_and_it_is_damaged_that_is_told()
    {
        var disk = new CrashingDisk();
        Save(disk, "one");
        disk.Rename("file", "file.old");
        disk.Flip("file.old", 3, 1);

        var (content, damage) = Load(disk);

        Assert.Null(content);
        Assert.Contains("what was saved before it is damaged", damage);
    }

    [Fact]
    public void After_a_power_cut_at_any_operation_the_last_acknowledged_content_or_the_next_is_there()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var disk = new CrashingDisk(seed) { FailsAt = seed % 40 };
            var acknowledged = -1;
            try
            {
                for (var value = 0; value < 8; value++)
                {
                    Save(disk, value.ToString());
                    acknowledged = value;
                }
            }
            catch (IOException)
            {
                // The power was cut.
            }

            disk.PowerUp();
            var (content, damage) = Load(disk);
            var found = content is null ? -1 : int.Parse(content);
            Assert.True(found == acknowledged || found == acknowledged + 1, $"seed {seed}: {acknowledged} was acknowledged, {found} is there");
            Assert.Null(damage);

            // And it goes on from there, through another cut.
            Save(disk, "100");
            disk.Cut();
            Assert.Equal("100", Load(disk).Content);
        }
    }

    [Fact]
    public void Every_flipped_bit_and_every_lost_byte_is_noticed_and_what_was_saved_before_is_used()
    {
        var length = Saved().Read("file")!.Length;
        for (var offset = 0; offset < length; offset++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var disk = Saved();
                disk.Flip("file", offset, (byte)(1 << bit));
                AssertRecovered(disk);
            }

            var shorter = Saved();
            shorter.Truncate("file", offset);
            AssertRecovered(shorter);
        }

        static CrashingDisk Saved()
        {
            var disk = new CrashingDisk();
            Save(disk, "the one before");
            Save(disk, "the newest");
            return disk;
        }

        static void AssertRecovered(CrashingDisk disk)
        {
            var (content, damage) = Load(disk);
            Assert.Equal("the one before", content);
            Assert.Contains("file is damaged", damage);
            // The damaged file must never take the place of the good one.
            Save(disk, "after");
            disk.Flip("file", 20, 1);
            Assert.Equal("the one before", Load(disk).Content);
        }
    }

    [Fact]
    public void When_both_are_damaged_there_is_nothing_and_it_is_said()
    {
        var disk = new CrashingDisk();
        Save(disk, "one");
        Save(disk, "two");
        disk.Flip("file", 3, 1);
        disk.Flip("file.old", 3, 1);

        var (content, damage) = Load(disk);

        Assert.Null(content);
        Assert.Contains("so is what was saved before it", damage);
        Assert.NotNull(disk.Read("file.damaged"));
    }

    [Fact]
    public void What_is_damaged_on_a_disk_that_fails_never_takes_the_place_of_the_good_one()
    {
        var disk = new CrashingDisk();
        Save(disk, "the one before");
        Save(disk, "the newest");
        disk.Flip("file", 20, 1);
        disk.IsBroken = true;
        var file = new AtomicFile(disk, "file");
        Assert.NotNull(file.Load().Damage);

        Assert.Throws<IOException>(() => file.Save("after"u8));
        disk.IsBroken = false;
        file.Save("after"u8);
        disk.Flip("file", 20, 1);

        Assert.Equal("the one before", Load(disk).Content);
    }

    [Fact]
    public void A_full_disk_leaves_what_was_saved_before()
    {
        var disk = new CrashingDisk();
        var file = new AtomicFile(disk, "file");
        file.Save("one"u8);
        disk.IsFull = true;

        Assert.Throws<IOException>(() => file.Save("a longer one"u8));

        Assert.Equal("one", Load(disk).Content);
        disk.IsFull = false;
        file.Save("two"u8);
        Assert.Equal("two", Load(disk).Content);
    }

    private static void Save(CrashingDisk disk, string content) => new AtomicFile(disk, "file").Save(Encoding.UTF8.GetBytes(content));

    private static (string? Content, string? Damage) Load(CrashingDisk disk)
    {
        var loaded = new AtomicFile(disk, "file").Load();
        return (loaded.Content is { } content ? Encoding.UTF8.GetString(content.Span) : null, loaded.Damage);
    }

    private sealed class UnreadableDisk(IStateDisk disk, string unreadable) : IStateDisk
    {
        public byte[]? Read(string name) => name == unreadable ? throw new IOException("Input/output error") : disk.Read(name);

        public void Write(string name, ReadOnlySpan<byte> content) => disk.Write(name, content);

        public void Rename(string name, string newName) => disk.Rename(name, newName);

        public void Delete(string name) => disk.Delete(name);

        public IReadOnlyList<string> List(string folder) => disk.List(folder);

        public void FlushFolder(string folder) => disk.FlushFolder(folder);

        public IStateFile Open(string name, long size) => disk.Open(name, size);
    }
}
