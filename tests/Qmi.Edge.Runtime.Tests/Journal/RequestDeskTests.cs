using System.Text;

namespace Qmi.Edge.Runtime.Tests;

public class RequestDeskTests
{
    [Fact]
    public async Task A_request_sent_five_times_is_carried_out_once_and_answered_five_times_alike()
    {
        await using var given = new GivenDesk();

        var replies = new List<RpcReply>();
        for (var copy = 0; copy < 5; copy++)
            replies.Add(await given.AskAsync(id: "k1"));

        Assert.Equal(1, given.Calls);
        Assert.All(replies, reply => Assert.Equal("1", Text(reply)));
        Assert.Equal([false, true, true, true, true], replies.Select(reply => reply.Replayed));
        Assert.All(replies, reply => Assert.Equal("k1", reply.Id));
    }

    [Fact]
    [Trait("rule", "MQTT-3.5")]
    public async Task Copies_that_come_while_it_runs_get_its_answer_when_it_has_ended()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument;
        });

        var first = given.Send(id: "k1");
        var copies = Enumerable.Range(0, 3).Select(_ => given.Send(id: "k1")).ToList();
        Assert.DoesNotContain(copies, copy => copy.IsAnswered);
        gate.Set();

        Assert.False((await first.FinalAsync()).Replayed);
        foreach (var copy in copies)
            Assert.Equal(("1", true), (Text(await copy.FinalAsync()), copy.All[0].Replayed));
        Assert.Equal(1, given.Calls);
    }

    [Fact]
    [Trait("rule", "MQTT-2.4.2")]
    [Trait("rule", "MQTT-3.6")]
    public async Task The_same_id_for_something_else_is_refused_and_white_space_is_nothing_else()
    {
        await using var given = new GivenDesk();
        await given.AskAsync(id: "k1", arguments: """{"argument":2}""");

        Assert.True((await given.AskAsync(id: "k1", arguments: """{ "argument" : 2.0 }""")).Replayed);
        Assert.Equal(ErrorCode.IdReused, (await given.AskAsync(id: "k1", arguments: """{"argument":3}""")).Error!.Code);
        Assert.Equal(ErrorCode.IdReused, (await given.AskAsync("repeatable", """{"argument":2}""", "k1")).Error!.Code);
        Assert.Null((await given.AskAsync(id: "k1", arguments: """{"argument":3}""", caller: "bob")).Error);
        Assert.Equal(2, given.Calls);
    }

    [Fact]
    public async Task A_failure_is_remembered_like_a_success_and_so_is_a_refusal()
    {
        await using var given = new GivenDesk(run: _ => throw new InvalidOperationException("no such luck"));

        var first = await given.AskAsync(id: "k1");
        var again = await given.AskAsync(id: "k1");
        var wrong = await given.AskAsync(id: "k2", arguments: """{"argument":"x"}""");
        var wrongAgain = await given.AskAsync(id: "k2", arguments: """{"argument":"x"}""");

        Assert.Equal(1, given.Calls);
        Assert.Same(first.Error, again.Error);
        Assert.True(again.Replayed);
        Assert.Equal((ErrorCode.BadArgs, ErrorCode.BadArgs, true), (wrong.Error!.Code, wrongAgain.Error!.Code, wrongAgain.Replayed));
    }

    [Fact]
    public async Task A_request_without_an_id_gets_one_and_is_never_taken_for_another()
    {
        await using var given = new GivenDesk();

        var (first, second) = (await given.AskAsync(), await given.AskAsync());

        Assert.Equal(2, given.Calls);
        Assert.NotNull(first.Id);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal("done", (await given.AskBoxAsync("op_status", $$"""{"op":"{{first.Id}}"}""")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Reads_are_not_remembered()
    {
        await using var given = new GivenDesk();

        await given.AskAsync("read", id: "k1", verb: RpcAccess.Read);
        await given.AskAsync("read", """{"argument":2}""", "k1", verb: RpcAccess.Read);

        Assert.Equal(2, given.Calls);
    }

    [Fact]
    [Trait("rule", "MQTT-2.4.3")]
    public async Task Of_more_than_is_remembered_the_oldest_finished_one_is_forgotten()
    {
        await using var given = new GivenDesk(options: new RequestOptions { RequestsPerSecond = 0, PerCaller = 4, InAll = 6 });
        for (var number = 0; number < 5; number++)
            await given.AskAsync(id: $"k{number}");

        Assert.True((await given.AskAsync(id: "k4")).Replayed);
        Assert.True((await given.AskAsync(id: "k1")).Replayed);
        Assert.False((await given.AskAsync(id: "k0")).Replayed);

        for (var number = 0; number < 4; number++)
            await given.AskAsync(id: $"k{number}", caller: "bob");
        Assert.False((await given.AskAsync(id: "k2")).Replayed);
    }

    [Fact]
    [Trait("rule", "MQTT-2.4.3")]
    public async Task What_is_unfinished_is_never_forgotten_and_one_too_many_is_told_BUSY_while_reads_and_cancels_are_served()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: _ =>
        {
            gate.Wait(GivenBox.Patience);
            return 0;
        }, options: new RequestOptions { RequestsPerSecond = 0, PerCaller = 3 });
        var running = Enumerable.Range(0, 3).Select(number => given.Send(id: $"k{number}")).ToList();

        var refused = await given.AskAsync(id: "k3");
        Assert.Equal((ErrorCode.Busy, "JOURNAL_FULL"), (refused.Error!.Code, refused.Error.Details["code"]));
        Assert.NotNull(refused.Error.RetryAfter);
        Assert.Equal("queued", (await given.AskBoxAsync("op_status", """{"op":"k2"}""")).GetProperty("state").GetString());
        Assert.Equal("running", (await given.AskBoxAsync("op_status", """{"op":"k0"}""")).GetProperty("state").GetString());
        await given.AskBoxAsync("op_cancel", """{"op":"k2"}""", RpcAccess.Control);
        Assert.Equal((ErrorCode.Cancelled, Executed.No), ((await running[2].FinalAsync()).Error!.Code, running[2].All[0].Error!.Executed));

        gate.Set();
        Assert.Null((await running[1].FinalAsync()).Error);
        // BUSY was no answer to remember: the same id is carried out now.
        Assert.Null((await given.AskAsync(id: "k3")).Error);
    }

    [Fact]
    public async Task A_caller_who_floods_is_told_BUSY_and_when_to_come_again_while_others_and_stops_are_served()
    {
        await using var given = new GivenDesk(options: new RequestOptions { RequestsPerSecond = 10, Burst = 5 }, isOnSystemTime: false);
        given.Given.Loop(new LoopScript(), "loop");
        for (var number = 0; number < 5; number++)
            given.Send(caller: "flood");

        var refused = given.Send(caller: "flood", id: "late");

        Assert.Equal((ErrorCode.Busy, "RATE"), (refused.All.Single().Error!.Code, refused.All[0].Error!.Details["code"]));
        Assert.Equal(TimeSpan.FromMilliseconds(100), refused.All[0].Error!.RetryAfter);
        Assert.Null((await given.AskAsync("stop", "{}", caller: "flood", target: "loop")).Error);
        Assert.Null((await given.AskAsync("read", caller: "flood", verb: RpcAccess.Read)).Error);
        Assert.Null((await given.AskAsync(caller: "bob")).Error);
        given.Given.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Null((await given.AskAsync(caller: "flood", id: "late")).Error);
    }

    [Fact]
    public async Task A_call_beyond_its_deadline_is_answered_with_its_operation_and_its_result_is_there_later()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument * 2;
        });

        var late = await given.Send(id: "k1", arguments: """{"argument":21}""", budget: TimeSpan.FromMilliseconds(50)).FinalAsync();
        var copy = given.Send(id: "k1", arguments: """{"argument":21}""");
        var notYet = await Assert.ThrowsAsync<QmiException>(() => given.AskBoxAsync("op_result", """{"op":"k1"}"""));
        gate.Set();

        Assert.Equal((ErrorCode.Timeout, Executed.Unknown, "k1"), (late.Error!.Code, late.Error.Executed, late.Error.Details["op"]));
        Assert.Equal(ErrorCode.WrongState, notYet.Code);
        Assert.Equal("42", Text(await copy.FinalAsync()));
        Assert.Equal(42, (await given.AskBoxAsync("op_result", """{"op":"k1"}""")).GetProperty("result").GetDouble());
        Assert.Equal(1, given.Calls);
    }

    [Fact]
    [Trait("rule", "RPC-4")]
    public async Task A_copy_waits_as_long_as_it_says_itself_whatever_became_of_the_first()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument;
        });

        var first = given.Send(id: "k1", budget: TimeSpan.FromMilliseconds(100));
        var patient = given.Send(id: "k1");
        var hasty = await given.Send(id: "k1", budget: TimeSpan.FromMilliseconds(20)).FinalAsync();
        var late = await first.FinalAsync();
        var after = await given.Send(id: "k1", budget: TimeSpan.FromMilliseconds(20)).FinalAsync();
        Assert.False(patient.IsAnswered);
        gate.Set();

        Assert.All([hasty, late, after], reply => Assert.Equal((ErrorCode.Timeout, Executed.Unknown, "k1"), (reply.Error!.Code, reply.Error.Executed, reply.Error.Details["op"])));
        Assert.Equal(("1", true), (Text(await patient.FinalAsync()), patient.All[0].Replayed));
        Assert.Equal(1, given.Calls);
    }

    [Fact]
    [Trait("rule", "RPC-4")]
    public async Task A_copy_whose_time_ends_with_that_of_the_first_is_told_what_became_of_it()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument;
        });
        var running = given.Send(id: "k1");
        GivenBox.WaitFor(() => given.Calls == 1, "the first call runs");

        var first = given.Send(id: "k2", budget: TimeSpan.FromMilliseconds(200));
        var copy = await given.Send(id: "k2", budget: TimeSpan.FromMilliseconds(100)).FinalAsync();
        gate.Set();

        Assert.Equal((ErrorCode.Expired, Executed.No), (copy.Error!.Code, copy.Error.Executed));
        Assert.Equal(ErrorCode.Expired, (await first.FinalAsync()).Error!.Code);
        Assert.Null((await running.FinalAsync()).Error);
    }

    [Fact]
    [Trait("rule", "MQTT-2.2.4")]
    public async Task A_copy_that_does_not_want_to_wait_is_answered_at_once_while_the_first_waits_for_the_end()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument;
        });

        var first = given.Send(id: "k1");
        var accepted = await given.Send(id: "k1", with: request => request with { WaitAcceptedOnly = true }).FinalAsync();
        Assert.False(first.IsAnswered);
        gate.Set();

        Assert.Equal("k1", CallTests.Json(Text(accepted)).GetProperty("op").GetString());
        Assert.Equal("1", Text(await first.FinalAsync()));
    }

    [Fact]
    [Trait("rule", "MQTT-2.2.4")]
    [Trait("rule", "MQTT-3.8")]
    public async Task Who_does_not_want_to_wait_is_answered_when_it_is_accepted_and_asks_later()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument;
        });

        var accepted = await given.Send(id: "k1", with: request => request with { WaitAcceptedOnly = true }).FinalAsync();
        gate.Set();

        Assert.Equal("k1", CallTests.Json(Text(accepted)).GetProperty("op").GetString());
        Assert.True(SpinWait.SpinUntil(() => given.AskBoxAsync("op_status", """{"op":"k1"}""").GetAwaiter().GetResult().GetProperty("state").GetString() == "done", GivenBox.Patience));
    }

    [Fact]
    public async Task A_call_tells_its_progress_as_often_as_it_is_asked_to()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            CurrentCall.ReportProgress(0.5, "half way");
            gate.Wait(GivenBox.Patience);
            return argument;
        });

        var answers = given.Send(id: "k1", with: request => request with { ProgressInterval = TimeSpan.FromMilliseconds(50) });
        Assert.True(SpinWait.SpinUntil(() => answers.All.Count(reply => reply.IsInterim && Text(reply).Contains("half way")) >= 2, GivenBox.Patience));
        gate.Set();
        var final = await answers.FinalAsync();

        Assert.Equal("1", Text(final));
        Assert.Equal(0.5, CallTests.Json(Text(answers.All.Last(reply => reply.IsInterim))).GetProperty("progress").GetDouble());
    }

    [Fact]
    public async Task Code_of_a_method_knows_for_whom_it_works_and_under_which_fence()
    {
        (string Caller, string? Id, ulong Fence) seen = default;
        await using var given = new GivenDesk(run: argument =>
        {
            seen = (CurrentCall.Caller.Name, CurrentCall.Id, CurrentCall.Fence);
            return argument;
        });
        var grant = CallTests.Json(Text(await given.AskAsync("lock", """{"token":"alices token"}""")));

        await given.Send(id: "k1", with: request => request with { LockToken = "alices token" }).FinalAsync();

        Assert.Equal(("alice", "k1", grant.GetProperty("fence").GetUInt64()), seen);
        Assert.Equal((Caller.Local, null, 0ul), (CurrentCall.Caller, CurrentCall.Id, CurrentCall.Fence));
    }

    [Fact]
    public async Task A_call_that_runs_is_cancelled_when_it_says_that_it_can_be()
    {
        await using var given = new GivenDesk(run: argument =>
        {
            Interruption.Token.WaitHandle.WaitOne(GivenBox.Patience);
            Interruption.ThrowIfRequested();
            return argument;
        });

        var running = given.Send("cancellable", id: "k1");
        Assert.True(SpinWait.SpinUntil(() => given.Calls == 1, GivenBox.Patience));
        await given.AskBoxAsync("op_cancel", """{"op":"k1"}""", RpcAccess.Control);

        Assert.Equal((ErrorCode.Cancelled, Executed.Unknown), ((await running.FinalAsync()).Error!.Code, running.All[0].Error!.Executed));
    }

    [Fact]
    public async Task A_call_that_runs_and_does_not_say_so_is_not_cancelled()
    {
        using var gate = new ManualResetEventSlim();
        await using var given = new GivenDesk(run: argument =>
        {
            gate.Wait(GivenBox.Patience);
            return argument;
        });
        var running = given.Send(id: "k1");
        Assert.True(SpinWait.SpinUntil(() => given.Calls == 1, GivenBox.Patience));

        var refusal = await Assert.ThrowsAsync<QmiException>(() => given.AskBoxAsync("op_cancel", """{"op":"k1"}""", RpcAccess.Control));
        gate.Set();

        Assert.Equal(ErrorCode.WrongState, refusal.Code);
        Assert.Null((await running.FinalAsync()).Error);
    }

    [Fact]
    public async Task A_join_is_cancelled_and_leaves_the_task_alone()
    {
        await using var given = new GivenDesk();
        given.Given.Loop(new LoopScript(), "loop").Start();

        var join = given.Send("join", "{}", "j1", target: "loop");
        await given.AskBoxAsync("op_cancel", """{"op":"j1"}""", RpcAccess.Control);

        Assert.Equal(ErrorCode.Cancelled, (await join.FinalAsync()).Error!.Code);
        Assert.True(((QmiTaskRunner)given.Box.FindObject("loop")!).IsRunning);
    }

    [Fact]
    public async Task Nobody_but_an_administrator_looks_at_the_requests_of_others()
    {
        await using var given = new GivenDesk();
        await given.AskAsync(id: "k1");

        Assert.Equal(ErrorCode.NoSuchObject, (await Assert.ThrowsAsync<QmiException>(() => given.AskBoxAsync("op_status", """{"op":"k1"}""", caller: "bob"))).Code);
        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<QmiException>(() => given.AskBoxAsync("op_status", """{"op":"k1","caller":"alice"}""", caller: "bob"))).Code);
        Assert.Equal("done", (await given.AskBoxAsync("op_status", """{"op":"k1","caller":"alice"}""", caller: "root", role: RpcAccess.Admin)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_result_that_is_too_large_is_fetched_in_pieces_that_never_split_a_character()
    {
        await using var given = new GivenDesk(options: new RequestOptions { RequestsPerSecond = 0, ResultLimit = 6000 });
        var large = string.Concat(Enumerable.Repeat("äß€😀\"", 2000));
        given.Box.AddMethod(new RpcMethodDescription { Name = "speak", Result = BuiltIn.Text() }, (_, writer, _) =>
        {
            writer.WriteStringValue(large);
            return ValueTask.CompletedTask;
        });

        var reply = await given.AskAsync("speak", "{}", "k1", target: "_box");
        var text = new StringBuilder();
        for (int? next = 0; next is { } offset;)
        {
            var piece = await given.AskBoxAsync("op_result", $$"""{"op":"k1","offset":{{offset}}}""");
            text.Append(piece.GetProperty("chunk").GetString());
            next = piece.GetProperty("next").ValueKind == System.Text.Json.JsonValueKind.Null ? null : piece.GetProperty("next").GetInt32();
        }

        Assert.Equal((ErrorCode.ResultTooLarge, Executed.Yes, "k1"), (reply.Error!.Code, reply.Error.Executed, reply.Error.Details["op"]));
        Assert.Equal(large, CallTests.Json(text.ToString()).GetString());
        Assert.Equal(ErrorCode.BadArgs, (await Assert.ThrowsAsync<QmiException>(() => given.AskBoxAsync("op_result", """{"op":"k1","offset":2}"""))).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("rule", "MQTT-3.34")]
    public async Task When_the_disk_takes_nothing_calls_are_refused_and_not_carried_out_while_reads_and_stops_are_served(bool isBroken)
    {
        var disk = new CrashingDisk();
        await using var given = new GivenDesk(disk);
        given.Given.Loop(new LoopScript(), "loop").Start();
        (disk.IsFull, disk.IsBroken) = (true, isBroken);

        var call = await given.AskAsync(id: "k1");

        // The journal has its room already: a full disk does not stop it, a broken one does.
        Assert.Equal(isBroken ? ErrorCode.Busy : null, call.Error?.Code);
        Assert.Equal(isBroken ? 0 : 1, given.Calls);
        Assert.Null((await given.AskAsync("read", verb: RpcAccess.Read)).Error);
        Assert.Null((await given.AskAsync("stop", "{}", target: "loop")).Error);
        if (!isBroken)
            return;
        Assert.Equal("STORAGE", call.Error!.Details["code"]);
        disk.IsBroken = false;
        Assert.Null((await given.AskAsync(id: "k1")).Error);
    }

    private static string Text(RpcReply reply) => reply.Error is { } error ? throw error : Encoding.UTF8.GetString(reply.Result.Span);
}
