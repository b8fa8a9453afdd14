using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Drivers.Tests;

/// <summary>Work on a thread of its own, whose end and failure the test waits for.</summary>
public sealed partial class Background
{
    private readonly Thread _thread;
    private readonly TaskCompletionSource<int> _id = new();
    private Exception? _failure;

    private Background(Action work)
    {
        _thread = new Thread(() =>
        {
            _id.SetResult(GetThreadId());
            try
            {
                work();
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
        })
        { IsBackground = true };
        _thread.Start();
    }

    public static Background Run(Action work) => new(work);

    /// <summary>Returns when the kernel has seen the thread asleep a few times in a row: it waits, rather than being compiled.</summary>
    public Background WaitUntilAsleep()
    {
        var stat = $"/proc/self/task/{_id.Task.GetAwaiter().GetResult()}/stat";
        for (var seen = 0; seen < 5 && _thread.IsAlive;)
        {
            var state = File.Exists(stat) ? File.ReadAllText(stat).Split(") ")[1][0] : 'X';
            seen = state == 'S' ? seen + 1 : 0;
            Thread.Sleep(5);
        }

        return this;
    }

    public bool HasEnded => !_thread.IsAlive;

    /// <summary>Does the same again and again until the thread has ended: for what only reaches a thread that already waits.</summary>
    public void UntilEnded(Action action)
    {
        for (var watch = Stopwatch.StartNew(); !HasEnded && watch.Elapsed < InstrumentPeer.Patience; Thread.Sleep(1))
            action();
    }

    public void Join()
    {
        if (JoinFailing() is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Waits for the end; returns how it failed.</summary>
    public Exception? JoinFailing()
    {
        Assert.True(_thread.Join(InstrumentPeer.Patience), "the thread did not end");
        return _failure;
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
