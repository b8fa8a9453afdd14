using System.Diagnostics;
using System.Runtime.CompilerServices;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>
/// A call through a proxy in the same process: on a free instrument, without blocking, and while another thread calls as fast as it can.
/// Beside the first a plain call under a lock, beside the second a <see cref="Task.Run(Action)"/>, taken in turns.
/// </summary>
internal static class RpcInProcess
{
    private const int Rounds = 50;
    private const int CallsPerRound = 400;
    private const int BodyMicroseconds = 20;
    private const int ContendedCalls = 10_000;

    public static async Task<int> RunAsync()
    {
        await using var box = new EdgeBox("bench");
        var proxy = box.MakeInstrument<EmptyInstrument>("device");
        proxy.Open();

        var (call, plain, callAsync, run) = (NewSamples(), NewSamples(), NewSamples(), NewSamples());
        var target = new Plain();
        // The first round only warms up.
        for (var round = -1; round < Rounds; round++)
        {
            Time(call, round, () => proxy.GetValue());
            Time(plain, round, () => target.GetValue());
            await TimeAsync(callAsync, round, () => proxy.GetValueAsync());
            await TimeAsync(run, round, () => Task.Run(target.GetValue));
        }

        call.Print("rpc_call");
        plain.Print("rpc_plain");
        callAsync.Print("rpc_async");
        run.Print("rpc_task_run");

        Samples.Print("rpc_contended_body", BodyMicroseconds);
        Samples.Print("rpc_contended_busy", Contend(() =>
        {
            var mine = box.GetProxy<EmptyInstrumentProxy>("device");
            return () => mine.Work(BodyMicroseconds);
        }));
        Samples.Print("rpc_contended_lock_busy", Contend(() => () => target.Work(BodyMicroseconds)));
        return 0;
    }

    private static Samples NewSamples() => new(Rounds * CallsPerRound);

    private static void Time(Samples samples, int round, Func<double> call)
    {
        for (var index = 0; index < CallsPerRound; index++)
        {
            var start = Stopwatch.GetTimestamp();
            call();
            var end = Stopwatch.GetTimestamp();
            if (round >= 0)
                samples.Add(end - start);
        }
    }

    private static async Task TimeAsync(Samples samples, int round, Func<Task<double>> call)
    {
        for (var index = 0; index < CallsPerRound; index++)
        {
            var start = Stopwatch.GetTimestamp();
            await call();
            var end = Stopwatch.GetTimestamp();
            if (round >= 0)
                samples.Add(end - start);
        }
    }

    /// <summary>Two threads that always want the same: the share of the time, in percent, in which one of them has it.</summary>
    private static double Contend(Func<Action> makeCall)
    {
        using var begin = new Barrier(2);
        void Work()
        {
            var call = makeCall();
            begin.SignalAndWait();
            for (var index = 0; index < ContendedCalls; index++)
                call();
        }

        var other = new Thread(Work);
        other.Start();
        var start = Stopwatch.GetTimestamp();
        Work();
        other.Join();
        return 100.0 * 2 * ContendedCalls * BodyMicroseconds / Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    /// <summary>What the instrument does, without Qmi.Edge.</summary>
    private sealed class Plain
    {
        private readonly Lock _gate = new();
        private double _value;

        [MethodImpl(MethodImplOptions.NoInlining)]
        public double GetValue()
        {
            lock (_gate)
                return _value++;
        }

        public void Work(int microseconds)
        {
            lock (_gate)
                Busy.For(microseconds);
        }
    }
}
