using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>The error queue and the standard event register of a simulated instrument (IEEE 488.2, 11.5; SCPI-99 volume 2, 21.8).</summary>
internal sealed class ScpiStatus(TimeProvider timeProvider)
{
    // As many as usual instruments keep.
    private const int QueueLength = 20;

    private const int OperationComplete = 1;
    private const int DeviceSpecificError = 8;
    private const int ExecutionError = 16;
    private const int CommandError = 32;
    private const int PowerOn = 128;
    private const int ErrorAvailable = 4;
    private const int EventSummary = 32;

    private readonly Queue<ScpiError> _errors = new();
    private int _latched = PowerOn;
    private long _completion = MonotonicTime.Never;
    private int _eventsEnabled;
    private int _serviceEnabled;

    public void Register(ScpiSimulator simulator) => simulator
        .OnCommand("*CLS", _ => Clear())
        .OnQuery("*ESR?", _ => Text(TakeEvents()))
        .OnCommand("*ESE", arguments => _eventsEnabled = arguments.GetInteger(0, 0, 255))
        .OnQuery("*ESE?", _ => Text(_eventsEnabled))
        .OnCommand("*SRE", arguments => _serviceEnabled = arguments.GetInteger(0, 0, 255))
        .OnQuery("*SRE?", _ => Text(_serviceEnabled))
        .OnQuery("*STB?", _ => Text((_errors.Count > 0 ? ErrorAvailable : 0) | ((GetEvents() & _eventsEnabled) != 0 ? EventSummary : 0)))
        .OnQuery("SYSTem:ERRor[:NEXT]?", _ => TakeError())
        .OnQuery("SYSTem:ERRor:COUNt?", _ => Text(_errors.Count));

    public void CompleteOperationAt(long time) => _completion = time;

    public void Raise(ScpiError error)
    {
        _latched |= error.Number switch
        {
            <= -100 and > -200 => CommandError,
            <= -200 and > -300 => ExecutionError,
            _ => DeviceSpecificError,
        };

        // The newest entry says that others were lost, as SCPI demands.
        if (_errors.Count < QueueLength - 1)
            _errors.Enqueue(error);
        else if (_errors.Count < QueueLength)
            _errors.Enqueue(new ScpiError(-350, "Queue overflow"));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private int GetEvents()
    {
        if (_completion != MonotonicTime.Never && timeProvider.GetNanoseconds() >= _completion)
            (_latched, _completion) = (_latched | OperationComplete, MonotonicTime.Never);
        return _latched;
    }

    private int TakeEvents()
    {
        var events = GetEvents();
        _latched = 0;
        return events;
    }

    private string TakeError()
    {
        var error = _errors.TryDequeue(out var oldest) ? oldest : new ScpiError(0, "No error");
        return string.Create(CultureInfo.InvariantCulture, $"{error.Number},\"{error.Text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
    }

    private void Clear()
    {
        (_latched, _completion) = (0, MonotonicTime.Never);
        _errors.Clear();
    }
}
