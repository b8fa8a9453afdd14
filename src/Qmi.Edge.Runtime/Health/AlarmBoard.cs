using System.Collections.Concurrent;

namespace Qmi.Edge.Runtime;

/// <summary>How bad an alarm is.</summary>
public enum AlarmSeverity
{
    /// <summary>Look at it when there is time.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Error,

    /// <summary>The box is about to fail.</summary>
    Critical,
}

/// <summary>Something that somebody must look at.</summary>
/// <param name="Id">One id for one trouble, by the rules of <see cref="ObjectName"/> but up to <see cref="AlarmBoard.MaxIdLength"/> characters: raised again, it is the same alarm.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Text">For people: the thing, what happened, what to do.</param>
/// <param name="Since">When it was first raised, wall clock.</param>
public sealed record Alarm(string Id, AlarmSeverity Severity, string Code, string Text, DateTimeOffset Since);

/// <summary>The alarms of a box that are raised now.</summary>
public sealed class AlarmBoard
{
    /// <summary>The longest id, in characters: the trouble, a hyphen and the longest name.</summary>
    public const int MaxIdLength = 127;

    private readonly ConcurrentDictionary<string, Alarm> _alarms = new();
    private readonly EdgeBox _box;

    internal AlarmBoard(EdgeBox box) => _box = box;

    /// <summary>Those raised now.</summary>
    public IReadOnlyCollection<Alarm> Raised => [.. _alarms.Values];

    /// <summary>The alarm of that id, or null when it is not raised.</summary>
    public Alarm? Find(string id) => _alarms.GetValueOrDefault(id);

    /// <summary>Raises an alarm, or changes one that is raised.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>: the id breaks the rules.</exception>
    public void Raise(string id, AlarmSeverity severity, string code, string text)
    {
        if (!ObjectName.IsValid(id, MaxIdLength))
            throw new QmiException(ErrorCode.BadArgs, $"\"{id}\" is no alarm id: use 1 to {MaxIdLength} lower-case letters, digits, '_' and '-', beginning with a letter or digit.");
        var now = _box.TimeProvider.GetUtcNow();
        _alarms.AddOrUpdate(id, _ => new Alarm(id, severity, code, text, now), (_, old) => new Alarm(id, severity, code, text, old.Since));
        _box.NotifyAlarm(id);
    }

    /// <summary>Clears an alarm; when it is not raised, nothing happens.</summary>
    public void Clear(string id)
    {
        if (_alarms.TryRemove(id, out _))
            _box.NotifyAlarm(id);
    }
}
