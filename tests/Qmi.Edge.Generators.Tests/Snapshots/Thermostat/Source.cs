using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Cryo;

public interface IThermometer
{
    double ReadTemperature();
}

/// <summary>What others may change.</summary>
public sealed record ThermostatSettings
{
    /// <summary>Target.</summary>
    [Range(1, 400), Unit("K")]
    public double Setpoint { get; init; } = 295;

    public Mode Mode { get; init; } = Mode.Auto;
}

public enum Mode
{
    Off,
    Auto,
    HeatOnly,
}

public readonly record struct ThermostatStatus([property: Unit("K")] double Temperature, bool InRange);

public readonly record struct Excursion(double Temperature, double Limit);

/// <summary>Keeps a temperature.</summary>
/// <param name="init">What the runtime tells the task.</param>
/// <param name="sensor">Measures it.</param>
/// <param name="limit">How far it may be away.</param>
[TaskRunner(typeof(ThermostatRunner))]
public sealed partial class Thermostat(TaskInit init, IThermometer sensor, double limit = 5)
    : QmiLoopTask<ThermostatSettings, ThermostatStatus>(init, TimeSpan.FromMilliseconds(10), MissedLoopPolicy.Skip)
{
    /// <summary>The temperature left its range.</summary>
    [Signal]
    public partial Signal<Excursion> Excursion { get; }

    protected override void LoopIteration() => Excursion.Publish(new Excursion(sensor.ReadTemperature(), limit));
}

public sealed partial class ThermostatRunner : QmiTaskRunner<ThermostatSettings, ThermostatStatus>
{
    /// <summary>Sets the target.</summary>
    /// <param name="kelvin">The target.</param>
    [RpcMethod]
    public void SetSetpoint([Range(1, 400), Unit("K")] double kelvin) => SetSettings(GetSettings() with { Setpoint = kelvin });
}
