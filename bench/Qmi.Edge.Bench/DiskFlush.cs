using System.Diagnostics;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>
/// What the disk under a state folder takes for one small record that must survive a power cut: the floor of every call that is written down. It rests
/// between two records, as it does between those of calls one after the other: a disk that has just written is faster.
/// </summary>
internal static class DiskFlush
{
    private const int Records = 1000;
    private const int RecordSize = 200;

    private static readonly TimeSpan Rest = TimeSpan.FromMicroseconds(300);

    public static int Run(string folder)
    {
        var (record, samples) = (new byte[RecordSize], new Samples(Records));
        var parker = Parker.Create(TimeProvider.System);
        using (var disk = new FolderDisk(folder))
        using (var file = disk.Open("bench", Records * RecordSize))
        {
            for (var number = 0; number < Records; number++)
            {
                parker.Park(TimeProvider.System.GetDeadline(Rest));
                var start = Stopwatch.GetTimestamp();
                file.Write(number * RecordSize, record);
                file.Flush();
                samples.Add(Stopwatch.GetTimestamp() - start);
            }
        }

        samples.Print("disk_flush");
        return 0;
    }
}
