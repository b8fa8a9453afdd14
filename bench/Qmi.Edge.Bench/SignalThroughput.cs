using System.Diagnostics;
using System.Threading.Channels;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>
/// One publisher, one receiver, each with a thread. Flat out, where what does not fit is lost and counted; and with a window, where the
/// publisher never has more values under way than every queue holds. Beside it a <see cref="Channel"/> that drops its oldest.
/// </summary>
internal static class SignalThroughput
{
    private const int Values = 2_000_000;
    private const int Window = SignalDescription.DefaultCapacity / 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static int Run()
    {
        using var box = new DisposableBox();
        var device = box.Box.MakeInstrument<EmptyInstrument>("device");
        FlatOut(device);
        Windowed(device);
        Reference();
        return 0;
    }

    private static void FlatOut(EmptyInstrumentProxy device)
    {
        var receiver = new SignalReceiver<double>();
        device.Ticked.Subscribe(receiver);
        var received = 0L;
        var reader = new Thread(() =>
        {
            while (received + receiver.Lost < Values)
            {
                receiver.GetNextSignal(Patience);
                received++;
                while (receiver.TryGetNextSignal(out _))
                    received++;
            }
        });
        reader.Start();
        var start = Stopwatch.GetTimestamp();
        Publish(device, 0, Values);
        var published = Stopwatch.GetElapsedTime(start);
        reader.Join();
        var delivered = Stopwatch.GetElapsedTime(start);
        device.Ticked.Unsubscribe(receiver);
        Samples.Print("signals_published_per_s", Values / published.TotalSeconds);
        Samples.Print("signals_delivered_per_s", received / delivered.TotalSeconds);
        Samples.Print("signals_lost_percent", 100.0 * receiver.Lost / Values);
    }

    private static void Windowed(EmptyInstrumentProxy device)
    {
        var receiver = new SignalReceiver<double>();
        device.Ticked.Subscribe(receiver);
        var received = 0L;
        var reader = new Thread(() =>
        {
            while (received < Values)
            {
                receiver.GetNextSignal(Patience);
                Volatile.Write(ref received, received + 1);
                while (receiver.TryGetNextSignal(out _))
                    Volatile.Write(ref received, received + 1);
            }
        });
        reader.Start();
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < Values; sent += Window / 4)
        {
            var spinner = new SpinWait();
            while (sent - Volatile.Read(ref received) > Window * 3 / 4)
                spinner.SpinOnce(sleep1Threshold: -1);
            Publish(device, sent, Math.Min(Window / 4, Values - sent));
        }

        reader.Join();
        var elapsed = Stopwatch.GetElapsedTime(start);
        device.Ticked.Unsubscribe(receiver);
        if (receiver.Lost > 0)
            throw new InvalidOperationException($"{receiver.Lost} values were lost although every queue had room.");
        Samples.Print("signals_windowed_per_s", Values / elapsed.TotalSeconds);
    }

    private static void Reference()
    {
        var channel = Channel.CreateBounded<SignalValue<double>>(new BoundedChannelOptions(SignalReceiver.DefaultCapacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
        var received = 0L;
        var reader = Task.Run(async () =>
        {
            while (await channel.Reader.WaitToReadAsync())
            {
                while (channel.Reader.TryRead(out _))
                    received++;
            }
        });
        var start = Stopwatch.GetTimestamp();
        for (var number = 0; number < Values; number++)
            channel.Writer.TryWrite(new SignalValue<double>(number, TimeProvider.System.GetTimestamp(), TimeProvider.System.GetUtcNow(), number));
        channel.Writer.Complete();
        reader.Wait();
        Samples.Print("signals_channel_per_s", received / Stopwatch.GetElapsedTime(start).TotalSeconds);
        Samples.Print("signals_channel_lost_percent", 100.0 * (Values - received) / Values);
    }

    // A call for many values: a signal's cost, not a call's.
    private static void Publish(EmptyInstrumentProxy device, int first, int count) => device.Publish(first, count);

    private sealed class DisposableBox : IDisposable
    {
        public EdgeBox Box { get; } = new("bench");

        public void Dispose() => Box.DisposeAsync().AsTask().Wait();
    }
}
