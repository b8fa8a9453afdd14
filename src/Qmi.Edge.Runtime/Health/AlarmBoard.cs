using System.Collections.Concurrent;

namespace Qmi.Edge.Runtime;

/// <summary>The alarms of a box that are raised now.</summary>
public sealed class AlarmBoard
{
    /// <summary>The longest id, in characters: the trouble, a hyphen and the longest name.</summary>
    public const int MaxIdLength = 127;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Alarm> _alarms = new();
    private readonly EdgeBox _box;
    private volatile Alarm? _worst;

    internal AlarmBoard(EdgeBox box) => _box = box;

    /// <summary>Those raised now.</summary>
    public IReadOnlyCollection<Alarm> Raised => [.. _alarms.Values];

    /// <summary>The oldest of the most severe alarms, or null when none is raised. Costs nothing to ask.</summary>
    public Alarm? Worst => _worst;

    /// <summary>The alarm of that id, or null when it is not raised.</summary>
    public Alarm? Find(string id) => _alarms.GetValueOrDefault(id);

    /// <summary>Raises an alarm, or changes one that is raised. Whoever had acknowledged it must look again.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>: the id breaks the rules.</exception>
    public void Raise(string id, AlarmSeverity severity, string code, string text)
    {
        if (!ObjectName.IsValid(id, MaxIdLength))
            throw new QmiException(ErrorCode.BadArgs, $"\"{id}\" is no alarm id: use 1 to {MaxIdLength} lower-case letters, digits, '_' and '-', beginning with a letter or digit.");
        lock (_gate)
        {
            var old = _alarms.GetValueOrDefault(id);
            var alarm = new Alarm(id, severity, code, text, old?.Since ?? _box.TimeProvider.GetUtcNow());
            if (alarm == old)
                return;
            Put(alarm);
        }

        _box.NotifyAlarm(id);
    }

    /// <summary>Notes that somebody has seen an alarm; it stays raised. Again, by another: the newest counts.</summary>
    /// <returns>The alarm as it is now.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/>: it is not raised.</exception>
    public Alarm Acknowledge(string id, string by)
    {
        ArgumentException.ThrowIfNullOrEmpty(by);
        Alarm alarm;
        lock (_gate)
        {
            if (Find(id) is not { } raised)
                throw new QmiException(ErrorCode.WrongState, $"There is no alarm \"{id}\" now{NearestName.Hint(id, _alarms.Keys)}: it may have been cleared.");
            alarm = raised with { Acknowledged = new AlarmAcknowledgement(by, _box.TimeProvider.GetUtcNow()) };
            Put(alarm);
        }

        _box.NotifyAlarm(id);
        return alarm;
    }

    /// <summary>Clears an alarm; when it is not raised, nothing happens.</summary>
    public void Clear(string id)
    {
        // Asked again and again for troubles that are not there: that must not cost a lock.
        if (!_alarms.ContainsKey(id))
            return;
        lock (_gate)
        {
            if (!_alarms.TryRemove(id, out _))
                return;
            _worst = FindWorst();
        }

        _box.NotifyAlarm(id);
    }

    private void Put(Alarm alarm)
    {
        _alarms[alarm.Id] = alarm;
        _worst = FindWorst();
    }

    private Alarm? FindWorst() => _alarms.Values.OrderByDescending(alarm => alarm.Severity).ThenBy(alarm => alarm.Since).ThenBy(alarm => alarm.Id, StringComparer.Ordinal).FirstOrDefault();
}
