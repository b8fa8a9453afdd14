using System.Collections.Concurrent;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The numbers that the signals of removed objects have come to. An object made anew under the same name goes on with them: within one
/// run of the box a number of a signal means one value.
/// </summary>
internal sealed class SignalNumbers
{
    private readonly ConcurrentDictionary<(string Object, string Signal), long> _next = new();

    /// <summary>Remembers those of an object that goes.</summary>
    public void Keep(RpcObject target)
    {
        foreach (var signal in target.Signals.All)
        {
            if (signal.NextSequence > 0)
                _next[(target.Name, signal.Description.Name)] = signal.NextSequence;
        }
    }

    /// <summary>The first number of a new object's signal.</summary>
    public long FirstOf(RpcObject target, SignalDescription signal) => _next.GetValueOrDefault((target.Name, signal.Name));
}
