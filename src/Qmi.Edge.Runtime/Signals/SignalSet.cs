namespace Qmi.Edge.Runtime;

/// <summary>The signals of one object.</summary>
public sealed class SignalSet
{
    private readonly Dictionary<string, Signal> _signals;
    private readonly string _objectName;

    internal SignalSet(RpcObject publisher, IReadOnlyList<SignalDescription> descriptions)
    {
        _objectName = publisher.Name;
        Descriptions = [.. descriptions.Select(description => description with { HistoryBytes = publisher.Box.Histories.BytesOf(description) })];
        _signals = Descriptions.ToDictionary(description => description.Name, description => description.Create(publisher, publisher.Box.Pump));
    }

    /// <summary>What is known about them (QMI: get_signals).</summary>
    public IReadOnlyList<SignalDescription> Descriptions { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<Signal> All => _signals.Values;

    /// <summary>The signal of that name, whatever its values are.</summary>
    /// <exception cref="QmiException">There is none.</exception>
    public Signal Find(string name) => _signals.TryGetValue(name, out var signal)
        ? signal
        : throw new QmiException(ErrorCode.BadArgs, $"{_objectName} has no signal \"{name}\"{NearestName.Hint(name, _signals.Keys)}.");

    /// <summary>The signal of that name.</summary>
    /// <exception cref="QmiException">There is none, or its values are of another type.</exception>
    public Signal<T> Get<T>(string name)
    {
        var signal = Find(name);
        return signal as Signal<T>
            ?? throw new QmiException(ErrorCode.BadArgs, $"The values of {_objectName}.{name} are {signal.GetType().GenericTypeArguments[0].Name}, not {typeof(T).Name}.");
    }
}
