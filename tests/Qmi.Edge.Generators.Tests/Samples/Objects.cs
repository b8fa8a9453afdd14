using Qmi.Edge.Runtime;

namespace Qmi.Edge.Generators.Tests.Samples;

public interface IVoltmeter
{
    double ReadVoltage(int channel);
}

public interface IResettable : IVoltmeter
{
    void Reset();
}

public interface IUncovered
{
    double Gain { get; }
}

/// <summary>What two voltmeters share.</summary>
public abstract partial class Voltmeter(InstrumentInit init) : QmiInstrument(init), IVoltmeter
{
    /// <summary>Something was measured.</summary>
    [Signal(Reliable = true, Capacity = 16)]
    public partial Signal<double> MeasuredV { get; }

    [RpcMethod(Access = RpcAccess.Read, Idempotent = true, TimeoutMs = 250)]
    public abstract double ReadVoltage(int channel);
}

/// <summary>Has the same constructor as the other one.</summary>
/// <param name="init">What the box tells the instrument.</param>
/// <param name="address">Where it is.</param>
/// <param name="channels">How many it has.</param>
[TypeName("volt_a")]
public sealed partial class VoltmeterA(InstrumentInit init, string address, int channels = 1) : Voltmeter(init), IResettable, IUncovered
{
    public double Gain => 1;

    public string Address => address;

    public override double ReadVoltage(int channel)
    {
        MeasuredV.Publish(channel);
        return channel * 1.5 + channels;
    }

    [RpcMethod(Lock = LockRule.Requires, Access = RpcAccess.Admin)]
    public void Reset()
    {
    }
}

public sealed partial class VoltmeterB(InstrumentInit init, string address, int channels = 1) : Voltmeter(init)
{
    public override double ReadVoltage(int channel) => address.Length + channel * channels;

    /// <summary>Every kind of parameter and result.</summary>
    /// <param name="event">A keyword.</param>
    /// <param name="target">A name that generated code uses itself.</param>
    /// <param name="Channel">A name of the proxy's own.</param>
    /// <param name="cancellationToken">Not what it seems.</param>
    /// <param name="limits">A record.</param>
    /// <param name="mode">An enum with a default.</param>
    /// <param name="note">May be missing.</param>
    /// <param name="gain">A number with a default.</param>
    /// <returns>All of it.</returns>
    [RpcMethod]
    public string Combine(int @event, long target, double Channel, bool cancellationToken, Limits limits, Mode mode = Mode.Auto, string? note = null, float gain = 0.5f) =>
        $"{@event} {target} {Channel} {cancellationToken} {limits.Low} {mode} {note ?? "-"} {gain}";

    [RpcMethod]
    public Limits? Find(double[] values, TimeSpan? within) => values.Length == 0 || within is null ? null : new Limits(values.Min(), values.Max());
}

public abstract partial class Adc<T>(InstrumentInit init) : QmiInstrument(init)
{
    [Signal]
    public partial Signal<T> Sampled { get; }

    [RpcMethod]
    public abstract T Sample(T offset);
}

public abstract partial class Adc(InstrumentInit init) : Adc<int>(init)
{
    [Signal]
    public partial Signal<bool> Overflown { get; }
}

public sealed partial class Adc24(InstrumentInit init) : Adc(init)
{
    public override int Sample(int offset)
    {
        Overflown.Publish(false);
        Sampled.Publish(offset + 24);
        return offset + 24;
    }
}

/// <summary>Settings without a parameterless constructor.</summary>
public sealed record Positional(double Rate, string? Note);

/// <summary>A task whose settings must be given, whose runner is shared, and that stands inside a class.</summary>
public static partial class Outer
{
    public abstract partial class Base(TaskInit init) : QmiTask<Positional, Nothing>(init)
    {
        [Signal]
        protected internal partial Signal<Positional> Heard { get; }

        protected override void Run() => Heard.Publish(Settings);
    }

    [TaskRunner(typeof(SharedRunner))]
    public sealed partial class Inner(TaskInit init) : Base(init);

    [TaskRunner(typeof(SharedRunner))]
    internal sealed partial class Second(TaskInit init, IVoltmeter? meter = null, double[]? taps = null, ObjectProxy? other = null) : Base(init)
    {
        protected override void Run() => Status = meter is null || taps is null || other is null ? default : Status;
    }
}

public abstract partial class SharedRunnerBase : QmiTaskRunner<Positional, Nothing>
{
    /// <summary>Doubles the rate.</summary>
    [RpcMethod]
    public virtual double Double() => GetSettings().Rate * 2;
}

public sealed partial class SharedRunner : SharedRunnerBase
{
    public override double Double() => base.Double() + 1;
}

/// <summary>Nobody uses it.</summary>
public sealed partial class LonelyRunner : QmiTaskRunner<Nothing, Nothing>
{
    [RpcMethod]
    public int Answer() => 42;
}

public sealed partial class Minimal(TaskInit init) : QmiTask<Nothing, Nothing>(init)
{
    protected override void Run()
    {
    }
}
