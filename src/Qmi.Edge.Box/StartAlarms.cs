using System.Collections.Concurrent;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>The alarms about what did not start. Each ends when its object is opened or started after all.</summary>
internal sealed class StartAlarms : IBoxObserver
{
    // An object's state changes from its own threads: looking must not allocate, and mostly there is nothing to find.
    private readonly ConcurrentDictionary<string, string> _ids = new();
    private readonly EdgeBox _box;

    public StartAlarms(EdgeBox box)
    {
        _box = box;
        box.AddObserver(this);
    }

    /// <summary>The names of what did not start and still does not run.</summary>
    public IReadOnlyList<string> Names => [.. _ids.Keys.Order(StringComparer.Ordinal)];

    public void Raise(string name, string reason)
    {
        var id = _ids.GetOrAdd(name, static name => "start-" + name);
        _box.Alarms.Raise(id, AlarmSeverity.Error, "START_FAILED", $"{name} could not be started: {reason}");
    }

    public void OnAdded(RpcObject target)
    {
    }

    public void OnRemoved(RpcObject target)
    {
    }

    public void OnChanged(RpcObject target, ObjectAspect aspect)
    {
        if (aspect == ObjectAspect.State && (target is QmiInstrument { State: InstrumentState.Open } or QmiTaskRunner { IsRunning: true }) && _ids.TryRemove(target.Name, out var id))
            _box.Alarms.Clear(id);
    }

    public void OnAlarm(string id)
    {
    }
}
