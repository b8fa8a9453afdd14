using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native box as systemd runs it, with a socket of the test's own.</summary>
public sealed class WatchdogTests : IDisposable
{
    private static readonly TimeSpan WatchdogTime = TimeSpan.FromMilliseconds(600);

    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-notify-").FullName;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = (int)ChildProcess.Patience.TotalMilliseconds };

    public WatchdogTests() => _socket.Bind(new UnixDomainSocketEndPoint(NotifySocket));

    private string NotifySocket => Path.Combine(_folder, "notify");

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public void The_native_box_tells_its_start_its_life_and_its_stop()
    {
        using var given = Run();

        Assert.Contains("STATUS=box07 runs with 3 objects", Receive("READY=1"));
        for (var ping = 0; ping < 3; ping++)
            Receive("WATCHDOG=1");
        given.Box.Terminate();

        Receive("STOPPING=1");
        Assert.Equal(0, given.Box.WaitForExit());
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public void A_task_that_hangs_in_a_driver_ends_the_signs_of_life_and_then_the_process()
    {
        // A logbook that nobody reads: whoever writes there waits in the kernel, and all who call the axis wait for that.
        var logbook = Path.Combine(_folder, "logbook");
        using (var make = new ChildProcess("mkfifo", logbook))
            Assert.Equal(0, make.WaitForExit());
        using var given = Run(configuration => configuration
            .Replace("\"type\": \"axis\",", $"\"type\": \"axis\", \"args\": {{ \"logbook\": \"{logbook}\" }},", StringComparison.Ordinal)
            .Replace("\"type\": \"stage\",", "\"type\": \"stage\", \"health\": { \"hung_after_ms\": 1000, \"when_hung\": \"fail_box\" },", StringComparison.Ordinal));
        Receive("READY=1");
        Receive("WATCHDOG=1");

        given.Supervisor.Publish("qmi/v1/box/box07/call/alice/axis/bump", "{}");

        var stopping = Receive("STOPPING=1");
        Assert.Contains("STATUS=Stops: A turn of task stage runs for", stopping);
        Assert.Equal(70, given.Box.WaitForExit());
        var alarm = given.Supervisor.WaitFor("qmi/v1/box/box07/alarm/hung-stage").Json;
        Assert.Equal(("critical", "HUNG_ITERATION"), (Text(alarm, "severity"), Text(alarm, "code")));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private GivenStage Run(Func<string, string>? change = null) =>
        new(change: change, environment: ["--unset=WATCHDOG_PID", $"NOTIFY_SOCKET={NotifySocket}", $"WATCHDOG_USEC={(long)WatchdogTime.TotalMicroseconds}"]);

    /// <summary>The next message that says this; what comes before it is not looked at.</summary>
    private string Receive(string part)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var text = Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer));
            if (text.Contains(part, StringComparison.Ordinal))
                return text;
        }
    }
}
