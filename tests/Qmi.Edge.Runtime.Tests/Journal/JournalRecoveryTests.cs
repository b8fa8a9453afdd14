using System.Text;

namespace Qmi.Edge.Runtime.Tests;

public class JournalRecoveryTests
{
    [Fact]
    [Trait("rule", "MQTT-2.4.1")]
    [Trait("rule", "MQTT-3.5")]
    public async Task After_a_restart_the_same_request_has_the_same_answer_and_is_not_carried_out_again()
    {
        var disk = new CrashingDisk();
        await using (var before = new GivenDesk(disk, argument => argument < 0 ? throw new InvalidOperationException("negative") : argument))
        {
            await before.AskAsync(id: "ok", arguments: """{"argument":7}""");
            await before.AskAsync(id: "bad", arguments: """{"argument":-7}""");
        }

        disk.Cut();
        await using var after = new GivenDesk(disk);
        var (ok, bad) = (await after.AskAsync(id: "ok", arguments: """{"argument":7}"""), await after.AskAsync(id: "bad", arguments: """{"argument":-7}"""));

        Assert.Equal(0, after.Calls);
        Assert.Equal(("7", true), (Encoding.UTF8.GetString(ok.Result.Span), ok.Replayed));
        Assert.Equal((ErrorCode.TaskError, true), (bad.Error!.Code, bad.Replayed));
        Assert.Contains("negative", bad.Error.Message);
        Assert.Equal("InvalidOperationException", Assert.IsType<RemoteException>(bad.Error.InnerException).RemoteType);
        Assert.Equal(ErrorCode.IdReused, (await after.AskAsync(id: "ok", arguments: """{"argument":8}""")).Error!.Code);
    }

    [Fact]
    public async Task A_request_that_the_end_of_the_box_interrupted_is_answered_so_and_never_carried_out_again()
    {
        var disk = new CrashingDisk();
        using var gate = new ManualResetEventSlim();
        var before = new GivenDesk(disk, argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument;
        });
        before.Send(id: "k1");
        before.Send("repeatable", """{"argument":2}""", "k2");
        Assert.True(SpinWait.SpinUntil(() => before.Calls == 1, GivenBox.Patience));
        await before.Box.Requests.CommitAsync();

        disk.Cut();
        await using var after = new GivenDesk(disk);
        var owed = after.Box.Requests.Owed;

        Assert.Equal([("k1", "alice/k1"), ("k2", "alice/k2")], owed.Select(reply => (reply.Key.Id, Encoding.UTF8.GetString(reply.Address.Span))));
        Assert.All(owed, reply => Assert.Equal((ErrorCode.Interrupted, Executed.Unknown), (reply.Reply.Error!.Code, reply.Reply.Error.Executed)));
        var again = await after.AskAsync(id: "k1");
        Assert.Equal((ErrorCode.Interrupted, true, 0), (again.Error!.Code, again.Replayed, after.Calls));

        // What may run twice does when it is asked for again.
        Assert.Null((await after.AskAsync("repeatable", """{"argument":2}""", "k2")).Error);
        Assert.Equal(1, after.Calls);
        gate.Set();
        await before.DisposeAsync();
    }

    [Fact]
    [Trait("rule", "MQTT-2.4.5")]
    public async Task An_answer_that_the_broker_has_is_not_sent_again_and_one_that_it_has_not_is()
    {
        var disk = new CrashingDisk();
        await using (var before = new GivenDesk(disk))
        {
            await before.AskAsync(id: "told");
            await before.AskAsync(id: "untold");
            before.Box.Requests.NoteSent(new RequestKey("alice", "told"));
        }

        await using var after = new GivenDesk(disk);

        Assert.Equal(["untold"], after.Box.Requests.Owed.Select(reply => reply.Key.Id));
    }

    [Fact]
    public async Task When_its_files_are_full_the_journal_goes_on_and_forgets_nothing_that_it_should_remember()
    {
        var disk = new CrashingDisk();
        const int Count = 12_000;
        await using (var before = new GivenDesk(disk))
        {
            for (var number = 0; number < Count; number++)
                await before.AskAsync("repeatable", $$"""{"argument":{{number}}}""", $"k{number}");
        }

        disk.Cut();
        await using var after = new GivenDesk(disk);
        for (var number = Count - 256; number < Count; number++)
            Assert.True((await after.AskAsync("repeatable", $$"""{"argument":{{number}}}""", $"k{number}")).Replayed, $"k{number}");

        Assert.Equal(0, after.Calls);
    }

    [Fact]
    [Trait("rule", "MQTT-2.4.1")]
    public async Task After_a_restart_no_more_is_remembered_than_before_it_and_what_was_interrupted_is_in_any_case()
    {
        var disk = new CrashingDisk();
        var options = new RequestOptions { PerCaller = 4, RequestsPerSecond = 0 };
        using var gate = new ManualResetEventSlim();
        var before = new GivenDesk(disk, options: options);
        before.Given.Instrument(
            argument =>
            {
                gate.Wait(GivenBox.Patience);
                return argument;
            },
            "blocked");
        before.Send(id: "blocked", target: "blocked");
        for (var number = 0; number < 10; number++)
            await before.AskAsync(id: $"k{number}");
        await before.Box.Requests.CommitAsync();

        disk.Cut();
        await using var after = new GivenDesk(disk, options: options);
        after.Given.Instrument(argument => argument, "blocked");

        // Of the finished ones as many as before: three beside the one that was not.
        Assert.True((await after.AskAsync(id: "k7")).Replayed);
        Assert.Equal(ErrorCode.Interrupted, (await after.AskAsync(id: "blocked", target: "blocked")).Error!.Code);
        Assert.False((await after.AskAsync(id: "k6")).Replayed);
        gate.Set();
        await before.DisposeAsync();
    }

    [Fact]
    public async Task Damage_to_the_journal_is_an_alarm_and_the_box_goes_on()
    {
        var disk = new CrashingDisk();
        await using (var before = new GivenDesk(disk))
        {
            await before.AskAsync(id: "k1");
            await before.AskAsync(id: "k2");
        }

        disk.Flip("journal/0", 200, 0xFF);
        await using var after = new GivenDesk(disk);

        Assert.Equal("JOURNAL_DAMAGED", after.Box.Alarms.Find("journal")?.Code);
        Assert.Null((await after.AskAsync(id: "k3")).Error);
    }

    [Fact]
    public async Task A_box_whose_disk_fails_starts_says_so_and_takes_calls_when_the_disk_is_back()
    {
        var disk = new CrashingDisk { IsBroken = true };
        await using var given = new GivenDesk(disk);

        Assert.Contains("calls are refused", given.Box.Alarms.Find("journal")!.Text);
        Assert.Equal(ErrorCode.Busy, (await given.AskAsync(id: "k1")).Error!.Code);
        Assert.Null((await given.AskAsync("read", verb: RpcAccess.Read)).Error);
        disk.IsBroken = false;
        Assert.Null((await given.AskAsync(id: "k1")).Error);
    }

    /// <summary>The heart of the matter: whatever the moment of the power cut, nothing is done twice, and what was answered stays answered.</summary>
    [Fact]
    [Trait("rule", "MQTT-2.4.1")]
    [Trait("rule", "MQTT-3.11")]
    public async Task Through_power_cuts_at_any_moment_no_request_is_carried_out_twice_and_every_retry_is_answered()
    {
        for (var seed = 0; seed < 40; seed++)
            await RunAsync(seed);

        static async Task RunAsync(int seed)
        {
            var random = new Random(seed);
            var disk = new CrashingDisk(seed);
            var done = new int[12];
            var answers = new Dictionary<int, string>();
            for (var life = 0; life < 4; life++)
            {
                if (life < 3)
                    disk.FailsAt = disk.Operations + random.Next(25);
                GivenDesk? given = null;
                try
                {
                    given = new GivenDesk(disk, argument =>
                    {
                        Interlocked.Increment(ref done[(int)argument]);
                        return argument;
                    });
                    for (var step = 0; step < 10; step++)
                        await SendAsync(given, disk, seed, life == 3 ? step : random.Next(12), answers);
                }
                catch (IOException)
                {
                    // The box could not even begin: the power was cut while it read its state.
                }

                if (given is not null)
                    await given.DisposeAsync();
                disk.Cut();
                disk.PowerUp();
            }

            Assert.All(done, count => Assert.InRange(count, 0, 1));
        }

        static async Task SendAsync(GivenDesk given, CrashingDisk disk, int seed, int number, Dictionary<int, string> answers)
        {
            var reply = await given.AskAsync(arguments: $$"""{"argument":{{number}}}""", id: $"k{number}");
            // BUSY is no final word: the disk did not take the request, and nothing was done. And what a box says without power nobody hears.
            if (reply.Error is { Code: ErrorCode.Busy } || disk.IsOff)
                return;
            var text = reply.Error?.Code.ToString() ?? Encoding.UTF8.GetString(reply.Result.Span);
            if (answers.TryGetValue(number, out var before))
                Assert.True(before == text, $"seed {seed}: {number} was answered {before}, and now {text}");
            answers[number] = text;
        }
    }
}
