using System.Runtime;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>
/// How late a loop at 1 kHz is: ours at priority 80 with locked memory and waking CPUs, as cyclictest is run beside it, with a spin or without; and what a
/// program does that has nothing but the framework. On request a task of the same process makes garbage. A loop with a priority stays on the last CPU, and
/// so does what it is compared with.
/// </summary>
internal static class Lateness
{
    private const int Priority = 80;

    private static int[] LastCpu => [Environment.ProcessorCount - 1];

    public static TimeSpan Period { get; } = TimeSpan.FromMilliseconds(1);

    /// <param name="way"><c>loop</c>, <c>spin</c>, <c>plain</c> (the loop without priority), <c>timer</c>, <c>sleep</c>, or <c>none</c> for the garbage alone.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="garbage">Bytes a second.</param>
    /// <param name="latency">A mode of the collector, or null.</param>
    public static async Task<int> RunAsync(string way, int seconds, int garbage, string? latency)
    {
        if (latency is not null)
            GCSettings.LatencyMode = Enum.Parse<GCLatencyMode>(latency);
        await using var box = new EdgeBox("bench", new EdgeBoxOptions
        {
            Realtime = way is "loop" or "spin" ? new RealtimeOptions { LockMemory = true, HoldCpuLatency = true } : new RealtimeOptions(),
        });
        var duration = TimeSpan.FromSeconds(seconds);
        if (garbage > 0)
            box.AddTask(GarbageLoop.EdgeType, "garbage", init => new GarbageLoop(init, garbage));
        (box.FindObject("garbage") as QmiTaskRunner)?.Start();
        var (collections, pause) = (GC.CollectionCount(0), GC.GetTotalPauseDuration());
        var grid = way switch
        {
            "timer" => await TickAsync(duration),
            "sleep" => Sleep(duration),
            "none" => await RestAsync(duration),
            _ => await LoopAsync(box, duration, OptionsOf(way)),
        };

        collections = GC.CollectionCount(0) - collections;
        Samples.Print("collections", collections);
        Samples.Print("pause_us", collections == 0 ? 0 : (GC.GetTotalPauseDuration() - pause).TotalMicroseconds / collections);
        grid.Print();
        return 0;
    }

    private static TaskOptions OptionsOf(string way) => way switch
    {
        "loop" => new TaskOptions { Priority = Priority, Cpus = LastCpu },
        "spin" => new TaskOptions { Priority = Priority, Cpus = LastCpu, Spin = TimeSpan.FromMicroseconds(100) },
        "plain" => new TaskOptions(),
        _ => throw new ArgumentException($"There is no way \"{way}\"."),
    };

    private static async Task<LatenessGrid> LoopAsync(EdgeBox box, TimeSpan duration, TaskOptions options)
    {
        LatenessLoop? loop = null;
        box.AddTask(LatenessLoop.EdgeType, "loop", init => loop = new LatenessLoop(init), options);
        var task = (QmiTaskRunner)box.FindObject("loop")!;
        task.Start();
        await Task.Delay(duration);
        task.Stop();
        await task.JoinAsync(TimeSpan.FromSeconds(10));
        foreach (var refusal in (IEnumerable<SystemRefusal>)[.. task.Life.Scheduling?.Refusals ?? [], .. box.Realtime.Refusals])
            Console.Error.WriteLine(refusal.Message);
        return loop!.Grid;
    }

    private static async Task<LatenessGrid> RestAsync(TimeSpan duration)
    {
        await Task.Delay(duration);
        return new LatenessGrid(Period);
    }

    private static async Task<LatenessGrid> TickAsync(TimeSpan duration)
    {
        var grid = new LatenessGrid(Period);
        using var timer = new PeriodicTimer(Period);
        var begin = TimeProvider.System.GetNanoseconds();
        grid.Begin(begin);
        while (TimeProvider.System.GetNanoseconds() - begin < MonotonicTime.ToNanoseconds(duration) && await timer.WaitForNextTickAsync())
            grid.Turn(TimeProvider.System.GetNanoseconds());
        return grid;
    }

    private static LatenessGrid Sleep(TimeSpan duration)
    {
        var grid = new LatenessGrid(Period);
        var begin = TimeProvider.System.GetNanoseconds();
        grid.Begin(begin);
        for (var now = begin; now - begin < MonotonicTime.ToNanoseconds(duration); now = TimeProvider.System.GetNanoseconds())
        {
            grid.Turn(now);
            // Whole milliseconds, rounded up: less would be no sleep at all.
            if (grid.Due - TimeProvider.System.GetNanoseconds() is > 0 and var left)
                Thread.Sleep((int)((left + MonotonicTime.Millisecond - 1) / MonotonicTime.Millisecond));
        }

        return grid;
    }
}
