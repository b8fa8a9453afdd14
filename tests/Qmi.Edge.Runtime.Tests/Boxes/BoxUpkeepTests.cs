using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class BoxUpkeepTests
{
    [Fact]
    public async Task An_acknowledged_alarm_says_by_whom_and_stays_raised()
    {
        await using var given = new GivenBox();
        given.Box.Alarms.Raise("pump", AlarmSeverity.Error, "PUMP_DRY", "The pump runs dry: fill it.");
        given.Time.Advance(TimeSpan.FromSeconds(5));

        var answer = await CallAsync(given.Box, "ack_alarm", RpcAccess.Control, """{"id":"pump"}""");

        Assert.Equal("""{"id":"pump","code":"PUMP_DRY","at":"2026-01-01T00:00:05.000000Z"}""", answer);
        Assert.Equal(new AlarmAcknowledgement("alice", given.Time.Epoch.AddSeconds(5)), given.Box.Alarms.Find("pump")!.Acknowledged);
        Assert.Equal("alice", Assert.Single(given.Audit.Entries).Caller);
    }

    [Theory]
    [InlineData("""{"id":"pumb"}""", "WRONG_STATE: There is no alarm \"pumb\" now (did you mean \"pump\"?): it may have been cleared.")]
    [InlineData("{}", "BAD_ARGS")]
    [InlineData("""{"id":""}""", "BAD_ARGS")]
    public async Task An_alarm_that_is_not_raised_cannot_be_acknowledged(string arguments, string expected)
    {
        await using var given = new GivenBox();
        given.Box.Alarms.Raise("pump", AlarmSeverity.Error, "PUMP_DRY", "The pump runs dry: fill it.");

        Assert.StartsWith(expected, await CallAsync(given.Box, "ack_alarm", RpcAccess.Control, arguments));
    }

    [Fact]
    public async Task A_box_is_renamed_by_an_admin_only_and_by_the_rules_for_names()
    {
        await using var given = new GivenBox();
        Assert.Null(given.Box.Alias.Name);

        Assert.StartsWith("FORBIDDEN", await CallAsync(given.Box, "rename", RpcAccess.Admin, """{"alias":"east-wing"}""", RpcAccess.Control));
        Assert.StartsWith("BAD_ARGS: \"East Wing\" is no alias name", await CallAsync(given.Box, "rename", RpcAccess.Admin, """{"alias":"East Wing"}"""));
        Assert.Null(given.Box.Alias.Name);
        Assert.Equal("""{"alias":"east-wing","box":"box-1"}""", await CallAsync(given.Box, "rename", RpcAccess.Admin, """{"alias":"east-wing"}"""));
        Assert.Equal("east-wing", given.Box.Alias.Name);
    }

    [Fact]
    public async Task A_restart_is_asked_for_once_and_whoever_runs_the_box_is_told_who_and_why()
    {
        await using var given = new GivenBox();
        Assert.False(given.Box.RestartRequested.IsCompleted);

        Assert.Equal($$"""{"boot":"{{given.Box.Boot}}"}""", await CallAsync(given.Box, "reboot", RpcAccess.Admin, """{"reason":"new firmware"}"""));
        await CallAsync(given.Box, "reboot", RpcAccess.Admin, "{}");

        Assert.Equal(new RestartRequest("alice", "new firmware"), await given.Box.RestartRequested);
        Assert.False(given.Box.IsStopping);
    }

    [Fact]
    public async Task Observers_are_told_when_the_box_is_renamed_and_when_it_begins_to_stop()
    {
        await using var given = new GivenBox();
        var observer = new AspectObserver();
        given.Box.AddObserver(observer);

        await given.Box.Alias.RenameAsync("east-wing");
        var stopping = given.Box.StopAsync();
        await given.Box.StopAsync();
        await stopping;

        Assert.Equal([BoxAspect.Alias, BoxAspect.Stopping], observer.Seen);
    }

    private static async Task<string> CallAsync(EdgeBox box, string method, RpcAccess verb, string arguments, RpcAccess role = RpcAccess.Admin)
    {
        using var document = JsonDocument.Parse(arguments);
        var reply = await box.Self.DispatchAsync(new RpcRequest { Caller = new Caller("alice", role), Method = method, Verb = verb, Arguments = document.RootElement });
        return reply.Error is { } error ? $"{error.Code.GetWireName()}: {error.Message}" : Encoding.UTF8.GetString(reply.Result.Span);
    }

    private sealed class AspectObserver : IBoxObserver
    {
        private readonly List<BoxAspect> _seen = [];

        public IReadOnlyList<BoxAspect> Seen
        {
            get
            {
                lock (_seen)
                    return [.. _seen];
            }
        }

        public void OnAdded(RpcObject target)
        {
        }

        public void OnRemoved(RpcObject target)
        {
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
        }

        public void OnAlarm(string id)
        {
        }

        public void OnBoxChanged(BoxAspect aspect)
        {
            lock (_seen)
                _seen.Add(aspect);
        }
    }
}
