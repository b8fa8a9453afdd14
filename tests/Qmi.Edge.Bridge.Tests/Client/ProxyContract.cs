using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>
/// What a proxy does, wherever its object is: the tests that QMI has for objects of the same context and of another one, said once. Whoever
/// derives from it says how a proxy is had.
/// </summary>
public abstract partial class ProxyContract : IAsyncLifetime
{
    private static int s_count;

    private EdgeBox? _box;

    /// <summary>How long a test waits for what must happen.</summary>
    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected EdgeBox Box => _box!;

    public async ValueTask InitializeAsync()
    {
        _box = new EdgeBox($"box{Interlocked.Increment(ref s_count)}");
        await ShowAsync(_box);
    }

    public async ValueTask DisposeAsync()
    {
        await _box!.StopAsync();
        await HideAsync();
        await _box.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets the box be reached.</summary>
    protected abstract Task ShowAsync(EdgeBox box);

    /// <summary>Ends that; the box has stopped.</summary>
    protected abstract Task HideAsync();

    /// <summary>A new proxy of an object of the box.</summary>
    protected abstract TProxy Get<TProxy>(string name)
        where TProxy : ObjectProxy, IDescribed<TProxy>;

    /// <summary>A new proxy of an object of the box, held by somebody else.</summary>
    protected abstract TProxy GetElsewhere<TProxy>(string name)
        where TProxy : ObjectProxy, IDescribed<TProxy>;

    /// <summary>The type of an exception that was thrown in the box.</summary>
    protected abstract string TypeOf(Exception exception);

    private protected WorkerProxy MakeWorker(Script script)
    {
        var name = $"worker{Interlocked.Increment(ref s_count)}";
        script.Play(name);
        Box.MakeTask<Worker>(name);
        return Get<WorkerProxy>(name);
    }

    private protected WorkerProxy MakeWorker(Action<Worker> run) => MakeWorker(new Script { Run = run });

    private protected TickerProxy MakeTicker(Script? script = null)
    {
        var name = $"ticker{Interlocked.Increment(ref s_count)}";
        (script ?? new Script()).Play(name);
        Box.MakeTask<Ticker>(name);
        return Get<TickerProxy>(name);
    }

    private protected MeterProxy MakeMeter(bool open = true)
    {
        var name = $"meter{Interlocked.Increment(ref s_count)}";
        var local = Box.MakeInstrument<Meter>(name);
        if (open)
            local.Open();
        return Get<MeterProxy>(name);
    }

    protected static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"This did not happen: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancellation);
        }
    }

    private static async Task<QmiException> FailsAsync(Func<Task> call) => await Assert.ThrowsAnyAsync<QmiException>(call);
}
