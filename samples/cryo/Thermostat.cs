using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Cryo;

/// <summary>What others may change about a <see cref="Thermostat"/>.</summary>
public sealed record ThermostatSettings
{
    /// <summary>The temperature to hold.</summary>
    [Range(1, 400), Unit("K")]
    public double Setpoint { get; init; } = 295;

    /// <summary>How far from the setpoint the temperature may be.</summary>
    [Range(0.001, 100), Unit("K")]
    public double Tolerance { get; init; } = 0.5;

    /// <summary>Heater power for each kelvin that is missing.</summary>
    [Range(0, 1000), Unit("%/K")]
    public double Gain { get; init; } = 20;

    /// <summary>How fast what remains is made up for: the integral time of the controller.</summary>
    [Range(0.1, 3600), Unit("s")]
    public double IntegralTime { get; init; } = 1;
}

/// <summary>What a <see cref="Thermostat"/> is doing.</summary>
/// <param name="Temperature">The last temperature that was read; null before there is one, and while the sensor is lost.</param>
/// <param name="Power">Heater power.</param>
/// <param name="InRange">Whether the temperature is within the tolerance.</param>
public readonly record struct ThermostatStatus([property: Unit("K")] double? Temperature, [property: Unit("%")] double Power, bool InRange);

/// <summary>The temperature has left the tolerance, or come back into it.</summary>
/// <param name="Temperature">The temperature then.</param>
/// <param name="Setpoint">The temperature to hold.</param>
/// <param name="InRange">Whether it has come back.</param>
public readonly record struct Excursion([property: Unit("K")] double Temperature, [property: Unit("K")] double Setpoint, bool InRange);

/// <summary>Holds a temperature with a heater.</summary>
[TaskRunner(typeof(ThermostatRunner))]
public sealed partial class Thermostat(TaskInit init, IThermometer thermometer, IHeater heater)
    : QmiLoopTask<ThermostatSettings, ThermostatStatus>(init, period: TimeSpan.FromMilliseconds(10), MissedLoopPolicy.Skip)
{
    private double? _temperature;
    private double _power;
    private double _integral;
    private bool _wasInRange;
    private bool _isInRange;

    /// <summary>The temperature has left the tolerance, or come back into it.</summary>
    [Signal(Reliable = true)]
    public partial Signal<Excursion> Excursion { get; }

    protected override void ProcessNewSettings() => LogSettings(Logger, Settings.Setpoint, Settings.Tolerance);

    protected override void LoopIteration()
    {
        _temperature = TryReadTemperature();
        _wasInRange = _isInRange;
        _isInRange = _temperature is { } temperature && Math.Abs(temperature - Settings.Setpoint) <= Settings.Tolerance;
    }

    protected override bool UpdateStatus()
    {
        Status = new ThermostatStatus(_temperature, _power, _isInRange);
        return true;
    }

    protected override void PublishSignals()
    {
        if (_isInRange != _wasInRange && _temperature is { } temperature)
            Excursion.Publish(new Excursion(temperature, Settings.Setpoint, _isInRange));
    }

    protected override void LoopFinalize()
    {
        // A stopped thermostat must not go on heating.
        heater.SetPower(0);
    }

    private double? TryReadTemperature()
    {
        try
        {
            var temperature = thermometer.ReadTemperature();
            heater.SetPower(_power = Control(Settings.Setpoint - temperature));
            return temperature;
        }
        catch (QmiException exception) when (exception.Code is ErrorCode.DeviceError or ErrorCode.Timeout)
        {
            // The sensor is away: the loop lives on and tries again, and the status says that nothing is known.
            if (_temperature is not null)
                LogSensorLost(Logger, exception.Message);
            return null;
        }
    }

    // A PI controller; its integral stays within what the heater can do, so that it does not wind up.
    private double Control(double missing)
    {
        _integral = Math.Clamp(_integral + (missing * Settings.Gain * Period.TotalSeconds / Settings.IntegralTime), 0, 100);
        return Math.Clamp((missing * Settings.Gain) + _integral, 0, 100);
    }

    [LoggerMessage(1, LogLevel.Information, "Holding {Setpoint} K within {Tolerance} K")]
    private static partial void LogSettings(ILogger logger, double setpoint, double tolerance);

    [LoggerMessage(2, LogLevel.Warning, "The temperature is not known: {Reason}")]
    private static partial void LogSensorLost(ILogger logger, string reason);
}
