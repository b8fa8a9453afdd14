using System;
using Qmi.Edge.Runtime;

// No namespace, a nested class, a name that is a keyword, and an interface that the proxy implements.
public interface IVoltmeter
{
    double ReadVoltage(int channel);
}

public abstract partial class Voltmeter(InstrumentInit init) : QmiInstrument(init), IVoltmeter
{
    [Signal(Reliable = true, Capacity = 16)]
    protected internal partial Signal<double> Measured { get; }

    [RpcMethod(Access = RpcAccess.Read, Idempotent = true, TimeoutMs = 250)]
    [return: Unit("V")]
    public abstract double ReadVoltage(int channel);
}

public static partial class Vendor
{
    [TypeName("vendor-34461a")]
    internal sealed partial class Dmm(InstrumentInit init, string name, TimeSpan? settle = null, IVoltmeter? reference = null) : Voltmeter(init)
    {
        public override double ReadVoltage(int channel) => name.Length + channel + (settle?.TotalSeconds ?? 0) + (reference is null ? 0 : 1);

        /// <summary>Stores a value.</summary>
        /// <param name="event">For a &lt;keyword&gt;.</param>
        /// <param name="values">Many.</param>
        /// <param name="cancellationToken">Not what it seems.</param>
        /// <returns>The one before, see <see cref="ReadVoltage"/>.</returns>
        [RpcMethod(Lock = LockRule.Requires, Access = RpcAccess.Admin)]
        public double? Store(int @event, double[]? values = null, string cancellationToken = "a\"b") => values is null ? null : @event + cancellationToken.Length;
    }
}
