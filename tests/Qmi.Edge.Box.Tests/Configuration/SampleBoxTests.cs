namespace Qmi.Edge.Box.Tests;

public class SampleBoxTests
{
    [Fact]
    public void The_sample_box_that_everything_else_shares_is_valid()
    {
        var configuration = ConfigurationReader.Read(Path.Combine(AppContext.BaseDirectory, "box.json"), GivenTypes.Catalog());

        Assert.Equal("cryo", configuration.Box);
        Assert.Equal(("127.0.0.1", 1883), (configuration.Mqtt!.Connection.Host, configuration.Mqtt.Connection.Port));
        Assert.Equal(["cryostat"], configuration.Instruments.Select(instrument => instrument.Name));
        Assert.Equal(["thermostat", "excursions", "host"], configuration.Tasks.Select(task => task.Name));
    }
}
