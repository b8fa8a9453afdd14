using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>
/// Tells systemd how a box is: that it has started, that it stops, in a line what it does, and, in half of the time that its watchdog allows,
/// that it lives, but only while all tasks are well.
/// </summary>
internal sealed partial class ServiceReports : IDisposable
{
    // Without a watchdog: how soon a person who looks sees what is new.
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly NotifySocket _socket;
    private readonly EdgeBox _box;
    private readonly ILogger _logger;
    private readonly bool _hasWatchdog;
    private readonly ITimer _timer;
    private string? _status;
    private bool _wasWell = true;
    private bool _isStopping;

    /// <summary>Begins with the news that the box has started.</summary>
    /// <param name="socket">Where systemd listens.</param>
    /// <param name="watchdogTime">How long it waits for a sign of life; null = it does not wait for any.</param>
    /// <param name="box">The box.</param>
    /// <param name="logger">Hears when the watchdog is not fed.</param>
    public ServiceReports(NotifySocket socket, TimeSpan? watchdogTime, EdgeBox box, ILogger logger)
    {
        (_socket, _box, _logger, _hasWatchdog) = (socket, box, logger, watchdogTime is not null);
        var interval = watchdogTime / 2 ?? UsualInterval;
        Report("READY=1\n");
        _timer = box.TimeProvider.CreateTimer(static state => ((ServiceReports)state!).Report(""), this, interval, interval);
    }

    /// <summary>The box begins to stop: from now on systemd waits for its end only.</summary>
    public void Stop(string reason)
    {
        lock (_gate)
        {
            _isStopping = true;
            _socket.Send($"STOPPING=1\nSTATUS=Stops: {reason}");
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        // Whoever is just reporting has the socket until it is done; after that it may be closed.
        lock (_gate)
            _isStopping = true;
    }

    private void Report(string state)
    {
        lock (_gate)
        {
            if (_isStopping)
                return;
            var unwell = _box.UnwellTasks;
            if (_hasWatchdog && unwell.Count == 0)
                state += "WATCHDOG=1\n";
            NoteWellness(unwell);
            var status = Describe(unwell);
            if (status != _status)
                state += $"STATUS={_status = status}\n";
            if (state.Length > 0)
                _socket.Send(state);
        }
    }

    private string Describe(IReadOnlyList<string> unwell)
    {
        var objects = $"{_box.Name} runs with {_box.Objects.Count} objects";
        if (unwell.Count > 0)
            return $"{objects}; these hang: {string.Join(", ", unwell)}";
        return _box.Alarms.Worst is { } alarm ? $"{objects}; alarm {alarm.Id}: {alarm.Text.ReplaceLineEndings(" ")}" : objects;
    }

    private void NoteWellness(IReadOnlyList<string> unwell)
    {
        if (_hasWatchdog && _wasWell && unwell.Count > 0)
            LogSilent(_logger, string.Join(", ", unwell));
        _wasWell = unwell.Count == 0;
    }

    [LoggerMessage(3022, LogLevel.Error, "systemd's watchdog is not fed while these hang: {Tasks}")]
    private static partial void LogSilent(ILogger logger, string tasks);
}
