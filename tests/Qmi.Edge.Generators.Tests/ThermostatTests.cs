using Qmi.Edge.Generators.Tests.Samples;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Generators.Tests;

/// <summary>What a user writes, compiled with the generator and run.</summary>
public sealed class ThermostatTests
{
    [Fact]
    public async Task A_task_is_made_called_and_heard_through_its_typed_proxy()
    {
        await using var box = new EdgeBox("lab");
        var sensor = box.MakeInstrument<ScpiThermometer>("sensor", "tcp:127.0.0.1:5025");
        var thermostat = box.MakeTask<Thermostat>("thermostat", sensor, limit: 3, options: new() { Settings = new() { Setpoint = 100 } });
        var receiver = new SignalReceiver<Excursion>();
        thermostat.Excursion.Subscribe(receiver);

        await thermostat.SetSetpointAsync(300, TestContext.Current.CancellationToken);
        thermostat.SetSetpoint(301);
        await thermostat.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(180, receiver.GetNextSignal(TimeSpan.FromSeconds(10)).Value.Temperature);
        Assert.Equal(301, thermostat.GetSettings().Setpoint);
        Assert.IsAssignableFrom<IThermometer>(sensor);
    }
}
