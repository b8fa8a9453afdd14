using System.Globalization;
using System.Text;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>A ring on a disk that fails when it is told, and batches whose content says what they are.</summary>
internal sealed class GivenHistory(CrashingDisk disk, long bytes = 64 * 1024)
{
    public const string Folder = "signals/task.ticked";

    public static readonly string First = new('A', BootId.Length);
    public static readonly string Second = new('B', BootId.Length);
    public static readonly string Third = new('C', BootId.Length);

    public HistoryRing Ring { get; private set; } = Open(disk, bytes);

    /// <summary>A run of the box ends without a word, and the next begins.</summary>
    public void Reopen() => Ring = Open(disk, bytes);

    public void Append(string boot, long first, int count = 10)
    {
        var writer = new System.Buffers.ArrayBufferWriter<byte>();
        HistoryRecord.WriteBatch(writer, boot, first, count, Encoding.UTF8.GetBytes(Content(boot, first, count)));
        Ring.Append(writer.WrittenSpan);
    }

    public void Acknowledge(string boot, long next) => Ring.Append(HistoryRecord.WriteAcknowledged(new HistoryMark(boot, next)));

    public List<HistoryBatch> Read(string boot, long from = 0, long to = long.MaxValue)
    {
        var found = new List<HistoryBatch>();
        Ring.Read(boot, from, to, batch =>
        {
            found.Add(Checked(batch));
            return true;
        });
        return found;
    }

    public List<HistoryBatch> ReadAfter(HistoryMark? mark)
    {
        var found = new List<HistoryBatch>();
        Ring.ReadAfter(mark, batch =>
        {
            found.Add(Checked(batch));
            return true;
        });
        return found;
    }

    // Of different lengths, so that a cut tears them everywhere.
    private static string Content(string boot, long first, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"boot\":\"{boot}\",\"s\":{first},\"n\":{count},\"values\":\"{new string('x', (int)(first * 37 % 900))}\"}}");

    private static HistoryBatch Checked(HistoryBatch batch)
    {
        Assert.Equal(Content(batch.Boot, batch.First, batch.Count), Encoding.UTF8.GetString(batch.Json));
        return batch;
    }

    private static HistoryRing Open(CrashingDisk disk, long bytes)
    {
        var ring = new HistoryRing(disk, Folder, bytes);
        ring.Open();
        return ring;
    }
}
