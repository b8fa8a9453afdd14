using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>An instrument with nothing behind it: what a call costs is the way there and back.</summary>
public sealed partial class EmptyInstrument(InstrumentInit init) : QmiInstrument(init)
{
    private double _value;

    /// <summary>A value, as often as it is published.</summary>
    [Signal]
    public partial Signal<double> Ticked { get; }

    /// <summary>The value.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    public double GetValue() => _value;

    /// <summary>Changes the value.</summary>
    [RpcMethod(Idempotent = true)]
    public void SetValue(double value) => _value = value;

    /// <summary>Is busy for so long, as a fast device might be.</summary>
    [RpcMethod]
    public void Work(int microseconds) => Busy.For(microseconds);

    /// <summary>Publishes the numbers from <paramref name="first"/> on.</summary>
    [RpcMethod]
    public void Publish(int first, int count)
    {
        for (var number = first; number < first + count; number++)
            Ticked.Publish(number);
    }
}
