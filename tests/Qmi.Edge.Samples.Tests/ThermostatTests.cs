using Cryo;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Samples.Tests;

public class ThermostatTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task It_heats_when_it_is_cold_and_turns_the_heater_off_when_it_ends()
    {
        var (time, cold) = (new ManualTime(), new Cryostat { Kelvin = 280 });
        await using var box = new EdgeBox("lab", new EdgeBoxOptions { TimeProvider = time });
        var thermostat = box.MakeTask<Thermostat>("thermostat", cold, cold);

        thermostat.Start();
        time.WaitUntilParked();
        Assert.Equal(100, cold.Percent);
        cold.Kelvin = 400;
        for (var turn = 0; turn < 500; turn++)
            time.AdvanceParked(Period);
        time.WaitUntilParked();
        Assert.Equal(0, cold.Percent);
        cold.Kelvin = 280;
        time.AdvanceParked(Period);
        time.WaitUntilParked();
        Assert.True(cold.Percent > 0);
        thermostat.Stop();
        await thermostat.JoinAsync().WaitAsync(Patience);

        Assert.Equal(0, cold.Percent);
    }

    [Fact]
    public async Task Leaving_and_reaching_the_tolerance_is_a_signal()
    {
        var (time, cold) = (new ManualTime(), new Cryostat { Kelvin = 295.2 });
        await using var box = new EdgeBox("lab", new EdgeBoxOptions { TimeProvider = time });
        var thermostat = box.MakeTask<Thermostat>("thermostat", cold, cold);
        var excursions = new SignalReceiver<Excursion>();
        thermostat.Excursion.Subscribe(excursions);

        thermostat.Start();
        time.WaitUntilParked();
        cold.Kelvin = 296;
        time.AdvanceParked(Period);
        time.WaitUntilParked();

        Assert.Equal(new Excursion(295.2, 295, InRange: true), excursions.GetNextSignal(Patience).Value);
        Assert.Equal(new Excursion(296, 295, InRange: false), excursions.GetNextSignal(Patience).Value);
    }

    [Fact]
    public async Task A_lost_sensor_is_no_end_but_a_status_without_a_temperature()
    {
        var (time, cold) = (new ManualTime(), new Cryostat { Kelvin = 295 });
        await using var box = new EdgeBox("lab", new EdgeBoxOptions { TimeProvider = time });
        var thermostat = box.MakeTask<Thermostat>("thermostat", cold, cold);
        thermostat.Start();
        time.WaitUntilParked();

        cold.IsLost = true;
        time.AdvanceParked(Period);
        time.WaitUntilParked();
        Assert.Equal((null, false), (thermostat.GetStatus().Temperature, thermostat.GetStatus().InRange));
        cold.IsLost = false;
        time.AdvanceParked(Period);
        time.WaitUntilParked();

        Assert.Equal((295.0, true), (thermostat.GetStatus().Temperature!.Value, thermostat.IsRunning()));
    }

    private sealed class Cryostat : IThermometer, IHeater
    {
        public double Kelvin { get; set; }

        public double Percent { get; private set; }

        public bool IsLost { get; set; }

        public double ReadTemperature() => IsLost ? throw new QmiException(ErrorCode.DeviceError, "The cable is out.") : Kelvin;

        public void SetPower(double percent) => Percent = percent;
    }
}
