using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>A box for a test, on a clock that the test turns, with everything it says and does recorded.</summary>
internal sealed class GivenBox : IAsyncDisposable
{
    public GivenBox(TimeProvider? timeProvider = null, TimeSpan? stopTimeout = null, bool isQuiet = false, IStateDisk? state = null, RequestOptions? requests = null, IClockSource? clock = null)
    {
        Time = timeProvider as ManualTime ?? Time;
        Box = new EdgeBox("box-1", new EdgeBoxOptions
        {
            TimeProvider = timeProvider ?? Time,
            LoggerFactory = isQuiet ? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance : Log,
            Audit = Audit,
            State = state,
            Requests = requests ?? new RequestOptions { RequestsPerSecond = 0 },
            StopTimeout = stopTimeout ?? TimeSpan.FromSeconds(20),
            ClockSource = clock,
        });
    }

    /// <summary>How long a test waits in real time for what must happen.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Waits in real time until something is so.</summary>
    public static void WaitFor(Func<bool> condition, string what)
    {
        if (!SpinWait.SpinUntil(condition, Patience))
            throw new TimeoutException($"It never was so: {what}.");
    }

    public ManualTime Time { get; } = new();

    public RecordingLog Log { get; } = new();

    public RecordingAudit Audit { get; } = new();

    public EdgeBox Box { get; }

    public TestTaskProxy Loop(LoopScript script, string name = "loop", TaskOptions? options = null) =>
        (TestTaskProxy)Box.AddTask(TestTypes.Task, name, init => new ScriptedLoop(init, script), options);

    public TestTaskProxy Task(Action<ScriptedTask> run, string name = "task", TaskOptions? options = null) =>
        (TestTaskProxy)Box.AddTask(TestTypes.Task, name, init => new ScriptedTask(init, run), options);

    public ScriptedInstrumentProxy Instrument(Func<double, double> run, string name = "instrument", Action? whenClosed = null) =>
        (ScriptedInstrumentProxy)Box.AddInstrument(TestTypes.Instrument, name, init => new ScriptedInstrument(init, run) { WhenClosed = whenClosed });

    public ValueTask DisposeAsync()
    {
        // Whatever still sleeps on the test's clock must be able to end.
        Time.JumpWhenParked = true;
        return Box.DisposeAsync();
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text, Exception? Exception)> _lines = new();

    public IReadOnlyList<(LogLevel Level, string Text, Exception? Exception)> Lines => [.. _lines];

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, formatter(state, exception), exception));
}

/// <summary>Keeps what was audited.</summary>
internal sealed class RecordingAudit : IAuditLog
{
    private readonly ConcurrentQueue<AuditEntry> _entries = new();

    public IReadOnlyList<AuditEntry> Entries => [.. _entries];

    public void Write(AuditEntry entry) => _entries.Enqueue(entry);
}
