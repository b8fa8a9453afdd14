using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Cryo;

/// <summary>A task runner with calls of its own.</summary>
public sealed partial class ThermostatRunner : QmiTaskRunner<ThermostatSettings, ThermostatStatus>
{
    /// <summary>Sets the temperature to hold and leaves the other settings as they are.</summary>
    [RpcMethod(Idempotent = true)]
    public void SetSetpoint([Range(1, 400), Unit("K")] double kelvin) =>
        SetSettings((GetPendingSettings() ?? GetSettings()) with { Setpoint = kelvin });

    /// <summary>How far the temperature is from the setpoint; null while it is not known.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    [return: Unit("K")]
    public double? GetDeviation() => GetStatus().Temperature - GetSettings().Setpoint;
}
