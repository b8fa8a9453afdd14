using System.Diagnostics;
using System.Globalization;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>How many deadlines a box misses that has very many loops at 100 Hz, each of which publishes a status and a signal every turn; and what it costs.</summary>
internal static class Capacity
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <param name="tasks">How many.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="port">Of a broker on 127.0.0.1; null = without MQTT.</param>
    public static async Task<int> RunAsync(int tasks, int seconds, int? port)
    {
        await using var box = new EdgeBox("bench-capacity");
        var options = new TaskOptions { Period = TimeSpan.FromMilliseconds(10) };
        var runners = new List<QmiTaskRunner>();
        for (var task = 0; task < tasks; task++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"loop{task}");
            box.AddTask(BusyLoop.EdgeType, name, init => new BusyLoop(init), options);
            runners.Add((QmiTaskRunner)box.FindObject(name)!);
        }

        await using var bridge = port is { } number
            ? new MqttBridge(box, (customise, _) => new MosquittoConnection(customise(new MqttOptions { Host = "127.0.0.1", Port = number, ClientId = box.Name })), new BridgeOptions())
            : null;
        bridge?.Start();
        runners.ForEach(runner => runner.Start());
        await Task.Delay(Settling);

        using var process = Process.GetCurrentProcess();
        var (before, cpu, collections, pause, allocated, clock) = (Sum(runners), process.TotalProcessorTime, GC.CollectionCount(0), GC.GetTotalPauseDuration(), GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var after = Sum(runners);
        process.Refresh();
        var (turns, misses, skipped) = (after.Turns - before.Turns, after.Misses - before.Misses, after.Skipped - before.Skipped);
        Samples.Print("turns_per_s", turns / clock.Elapsed.TotalSeconds);
        Samples.Print("missed_percent", 100.0 * misses / turns);
        Samples.Print("skipped_percent", 100.0 * skipped / (turns + skipped));
        Samples.Print("cpu_percent", (process.TotalProcessorTime - cpu) / clock.Elapsed * 100);
        Samples.Print("rss_mb", process.WorkingSet64 / 1e6);
        Samples.Print("threads", process.Threads.Count);
        Samples.Print("collections", GC.CollectionCount(0) - collections);
        Samples.Print("pause_ms", (GC.GetTotalPauseDuration() - pause).TotalMilliseconds);
        Samples.Print("garbage_mb_per_s", (GC.GetTotalAllocatedBytes() - allocated) / 1e6 / clock.Elapsed.TotalSeconds);
        return 0;
    }

    private static (long Turns, long Misses, long Skipped) Sum(List<QmiTaskRunner> runners)
    {
        var statistics = runners.Select(runner => runner.LoopStatistics!.Value).ToArray();
        return (statistics.Sum(loop => loop.Turns), statistics.Sum(loop => loop.Misses), statistics.Sum(loop => loop.Skipped));
    }
}
