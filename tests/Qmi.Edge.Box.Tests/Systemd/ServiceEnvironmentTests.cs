namespace Qmi.Edge.Box.Tests;

public class ServiceEnvironmentTests
{
    [Theory]
    [InlineData("/run/systemd/notify", "30000000", null, "/run/systemd/notify", 30.0)]
    [InlineData("@notify", "500000", "17", "@notify", 0.5)]
    [InlineData("/run/systemd/notify", "30000000", "18", "/run/systemd/notify", null)]
    [InlineData("/run/systemd/notify", null, "17", "/run/systemd/notify", null)]
    [InlineData("/run/systemd/notify", "0", null, "/run/systemd/notify", null)]
    [InlineData("/run/systemd/notify", "soon", null, "/run/systemd/notify", null)]
    [InlineData(null, null, null, null, null)]
    [InlineData("", null, null, null, null)]
    [InlineData("vsock:2:1234", null, null, null, null)]
    [Trait("rule", "HEALTH-1")]
    public void What_systemd_says_is_read_and_a_watchdog_for_another_process_is_none(string? socket, string? microseconds, string? pid, string? expected, double? seconds)
    {
        var variables = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = socket, ["WATCHDOG_USEC"] = microseconds, ["WATCHDOG_PID"] = pid };

        var environment = ServiceEnvironment.Read(variables.GetValueOrDefault, pid: 17);

        Assert.Equal(expected, environment.Socket);
        Assert.Equal(seconds, environment.WatchdogTime?.TotalSeconds);
    }
}
