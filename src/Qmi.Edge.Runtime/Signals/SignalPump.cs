using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>The one thread of a box that carries signal values from publishers to receivers, so that no publisher ever meets a reader's lock.</summary>
internal sealed partial class SignalPump : IDisposable
{
    private readonly ILogger _logger;
    private readonly Parker _parker = Parker.Create(TimeProvider.System);
    private readonly Thread _thread;
    private Signal? _ready;
    private volatile bool _stopping;

    public SignalPump(TimeProvider timeProvider, ILogger logger)
    {
        (TimeProvider, _logger) = (timeProvider, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "signals" };
        _thread.Start();
    }

    /// <summary>The clock that stamps values.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Announces that a signal has values. Never blocks.</summary>
    public void Add(Signal signal)
    {
        var head = Volatile.Read(ref _ready);
        while (true)
        {
            signal.NextReady = head;
            var seen = Interlocked.CompareExchange(ref _ready, signal, head);
            if (ReferenceEquals(seen, head))
                break;
            head = seen;
        }

        if (head is null)
            _parker.Unpark();
    }

    /// <summary>Delivers what is waiting, then ends.</summary>
    public void Dispose()
    {
        _stopping = true;
        _parker.Unpark();
        _thread.Join();
    }

    private void Run()
    {
        while (true)
        {
            var signal = Interlocked.Exchange(ref _ready, null);
            if (signal is null)
            {
                if (_stopping)
                    return;
                _parker.Park(MonotonicTime.Never);
                continue;
            }

            while (signal is not null)
            {
                var next = signal.NextReady;
                signal.NextReady = null;
                Deliver(signal);
                signal = next;
            }
        }
    }

    private void Deliver(Signal signal)
    {
        try
        {
            signal.Pumped();
        }
        catch (Exception exception)
        {
            LogDeliveryFailed(_logger, signal.Publisher.Name, signal.Description.Name, exception);
        }
    }

    [LoggerMessage(1101, LogLevel.Error, "Delivering {Object}.{Signal} failed")]
    private static partial void LogDeliveryFailed(ILogger logger, string @object, string signal, Exception exception);
}
