using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A box with a task and an instrument that take one of everything, and callers who send it whatever they like; on a clock that the test turns.</summary>
internal sealed class GivenAbuse : IAsyncDisposable
{
    public const int PayloadLimit = 65_536;

    // Around the largest result: who asked, when, and for what.
    private const int Envelope = 2048;

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly MqttBridge _bridge;
    private readonly JudgingConnection _control;
    private readonly JudgingConnection _data = new(PayloadLimit + Envelope, static (_, _) => { });

    /// <param name="see">Sees what is published: topic and content.</param>
    public GivenAbuse(Action<string, JsonElement> see)
    {
        _control = new JudgingConnection(PayloadLimit + Envelope, see);
        var loggers = new ProviderLog();
        loggers.AddProvider(new Complaints(_errors));
        Box = new EdgeBox("box07", new EdgeBoxOptions
        {
            TimeProvider = Time,
            LoggerFactory = loggers,
            ClockSource = new RightClock(),
            // Whoever sends this fast is told BUSY, which would hide everything behind it. What is remembered is full soon, so that growth is growth.
            Requests = new RequestOptions { RequestsPerSecond = 0, PerCaller = 32, InAll = 256, ResultLimit = PayloadLimit, LargeResultBytes = 1 << 20 },
        });
        Box.MakeInstrument<Anvil>("anvil").Open();
        Box.MakeTask<Laboratory>("laboratory").Start();
        _bridge = new MqttBridge(
            Box,
            (customise, _) => customise(new MqttOptions { Host = "fake", ClientId = Box.Name }).ClientId == Box.Name ? _control : _data,
            new BridgeOptions { PayloadLimit = PayloadLimit, LogLevel = LogLevel.None });
        _bridge.Start();
        Assert.True(SpinWait.SpinUntil(() => Laboratory.IsRunning && Turn(), ChildProcess.Patience), "The box never was online.");
    }

    public ManualTime Time { get; } = new();

    public EdgeBox Box { get; }

    public QmiTaskRunner Laboratory => (QmiTaskRunner)Box.FindObject("laboratory")!;

    /// <summary>Every name that an argument or a setting has here.</summary>
    public static IReadOnlyList<string> Members { get; } =
    [
        "force", "times", "face", "note", "hammer", "mass", "name", "heats", "parts", "until", "pause", "text", "from", "count", "setpoint", "averages", "hold_for", "wavelength", "interlock", "shape", "operator",
        "unbounded", "ramp", "counters", "beam", "power", "enabled", "password", "values", "wait_ms", "lease_ms", "reason", "token", "signal", "to", "op", "offset", "format", "id", "alias", "rev",
    ];

    /// <summary>Nothing that no client library would have sent or no reader could have read, and nothing that the log calls an error.</summary>
    public void AssertSound()
    {
        Assert.Empty(_control.Faults.Take(10));
        Assert.Empty(_data.Faults.Take(10));
        Assert.Empty(_errors.Take(10));
    }

    /// <summary>A message arrives at the box, on the one thread on which messages do.</summary>
    public void Deliver(in MqttMessage message) => _control.Deliver(message);

    /// <summary>Waits until something is so; when the box waits for the clock, the clock goes on, in ever larger steps.</summary>
    public bool Settle(Func<bool> condition)
    {
        var patience = TimeProvider.System.GetTimestamp();
        var step = TimeSpan.FromMilliseconds(5);
        for (var spins = 0; !condition(); spins++)
        {
            _control.Acknowledge();
            if (spins < 100)
                Thread.Yield();
            else
            {
                Time.Advance(step);
                step = step < TimeSpan.FromHours(1) ? step * 2 : step;
                Thread.Sleep(spins < 120 ? 0 : 1);
            }

            if (TimeProvider.System.GetElapsedTime(patience) > ChildProcess.Patience)
                return false;
        }

        _control.Acknowledge();
        return true;
    }

    /// <summary>Waits until something is so while the clock stands still: nothing can expire, however slow the machine is.</summary>
    public bool SettleAtOnce(Func<bool> condition) => SpinWait.SpinUntil(() =>
    {
        _control.Acknowledge();
        return condition();
    }, ChildProcess.Patience);

    public async ValueTask DisposeAsync()
    {
        Time.JumpWhenParked = true;
        await Box.StopAsync();
        // A thread of the bridge has turned the clock and may be the one that is here: it would wait for its own end.
        await Task.Yield();
        await _bridge.DisposeAsync();
        await Box.DisposeAsync();
    }

    /// <summary>As many as the environment says, to make as many as a release needs; else as many as fit into a usual run of all tests.</summary>
    public static int Count(int usual) => Variable("QMI_EDGE_ABUSE_PAYLOADS") ?? usual;

    public static int Seed => Variable("QMI_EDGE_ABUSE_SEED") ?? 1;

    private static int? Variable(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool Turn()
    {
        Time.Advance(TimeSpan.FromMilliseconds(10));
        return _control.Session is not null;
    }

    // What the log calls an error is a defect here: nothing that callers do may be one.
    private sealed class Complaints(ConcurrentQueue<string> errors) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
                errors.Enqueue($"{eventId.Id}: {formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
