using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

/// <summary>What systemd hears, on a clock that the test turns.</summary>
public sealed class ServiceReportsTests : IAsyncDisposable
{
    private static readonly TimeSpan WatchdogTime = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly RecordedLog _log = new();
    private readonly EdgeBox _box;

    public ServiceReportsTests() => _box = new EdgeBox("cryo", new EdgeBoxOptions { TimeProvider = _time });

    private string Hang => _folder.PathOf("hang");

    public async ValueTask DisposeAsync()
    {
        File.Delete(Hang);
        _time.JumpWhenParked = true;
        await _box.DisposeAsync().AsTask().WaitAsync(ChildProcess.Patience);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("rule", "HEALTH-1")]
    public void It_hears_of_the_start_of_each_half_of_its_time_and_of_the_stop(bool isAbstract)
    {
        using var listener = new NotifyListener(isAbstract ? $"@qmi-edge-test-{Guid.NewGuid():N}" : _folder.PathOf("notify"));
        using var socket = NotifySocket.Open(listener.Name, _log);
        using var reports = new ServiceReports(socket!, WatchdogTime, _box, _log);

        Assert.Equal("READY=1\nWATCHDOG=1\nSTATUS=cryo runs with 0 objects\n", listener.WaitFor("READY=1"));
        _time.Advance(TimeSpan.FromSeconds(14));
        listener.WaitForPings(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        listener.WaitForPings(2);
        _time.Advance(TimeSpan.FromSeconds(15));
        listener.WaitForPings(3);
        reports.Stop("told to");
        Assert.Equal("STOPPING=1\nSTATUS=Stops: told to", listener.WaitFor("STOPPING=1"));
        _time.Advance(TimeSpan.FromSeconds(60));

        // What has no news is a ping and nothing else, and after the stop there is nothing.
        Assert.Equal(["WATCHDOG=1\n", "WATCHDOG=1\n"], listener.Texts.Skip(1).SkipLast(1));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    [Trait("rule", "HEALTH-1")]
    public void It_hears_no_sign_of_life_while_a_task_hangs_and_hears_which_one_it_is()
    {
        using var listener = new NotifyListener(_folder.PathOf("notify"));
        using var socket = NotifySocket.Open(listener.Name, _log);
        Hanger? hanger = null;
        File.WriteAllText(Hang, "");
        _box.AddTask(Hanger.EdgeType, "stage", init => hanger = new Hanger(init, Hang), new TaskOptions { Health = new TaskHealthOptions { HungAfter = TimeSpan.FromSeconds(2) } });
        ((QmiTaskRunner)_box.FindObject("stage")!).Start();
        Assert.True(SpinWait.SpinUntil(() => hanger!.Hangs, ChildProcess.Patience));
        using var reports = new ServiceReports(socket!, WatchdogTime, _box, _log);
        listener.WaitForPings(1);

        _time.Advance(TimeSpan.FromSeconds(30));
        listener.WaitFor("STATUS=cryo runs with 1 objects; these hang: stage");
        Assert.Equal(1, listener.Pings);
        File.Delete(Hang);
        // In steps, each when the turn before has ended: a clock that jumps while a turn runs makes it one that hangs.
        for (var second = 0; second < 15; second++)
            _time.AdvanceParked(TimeSpan.FromSeconds(1));

        listener.WaitForPings(2);
        Assert.Equal([(LogLevel.Error, "systemd's watchdog is not fed while these hang: stage")], _log.Lines);
    }

    [Fact]
    public void Without_a_watchdog_it_hears_only_what_is_new()
    {
        using var listener = new NotifyListener(_folder.PathOf("notify"));
        using var socket = NotifySocket.Open(listener.Name, _log);
        using var reports = new ServiceReports(socket!, null, _box, _log);
        _time.Advance(TimeSpan.FromSeconds(20));

        _box.Alarms.Raise("heater", AlarmSeverity.Error, "HOT", "The heater\nis hot.");
        _time.Advance(TimeSpan.FromSeconds(5));

        listener.WaitFor("alarm heater");
        Assert.Equal(["READY=1\nSTATUS=cryo runs with 0 objects\n", "STATUS=cryo runs with 0 objects; alarm heater: The heater is hot.\n"], listener.Texts);
    }

    [Fact]
    public void Where_nobody_listens_the_box_goes_on_and_says_so_once()
    {
        using var socket = NotifySocket.Open(_folder.PathOf("nobody"), _log);

        using var reports = new ServiceReports(socket!, WatchdogTime, _box, _log);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.StartsWith("systemd could not be told how the box is", Assert.Single(_log.Lines).Text);
    }
}
