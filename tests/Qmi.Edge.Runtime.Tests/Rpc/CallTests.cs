using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class CallTests
{
    [Fact]
    [Trait("rule", "RPC-2")]
    public async Task Calls_run_one_at_a_time_in_order_of_arrival()
    {
        await using var given = new GivenBox();
        using var release = new ManualResetEventSlim();
        var order = new List<double>();
        var inside = 0;
        var instrument = given.Instrument(argument =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inside));
            if (argument == 0)
                release.Wait();
            order.Add(argument);
            Interlocked.Decrement(ref inside);
            return argument;
        });

        var calls = Enumerable.Range(0, 20).Select(index => instrument.RunAsync(index)).ToArray();
        release.Set();
        await Task.WhenAll(calls).WaitAsync(GivenBox.Patience);

        Assert.Equal(Enumerable.Range(0, 20).Select(index => (double)index), order);
    }

    [Fact]
    [Trait("rule", "RPC-2")]
    public async Task A_full_queue_is_told_at_once()
    {
        await using var given = new GivenBox();
        using var release = new ManualResetEventSlim();
        var instrument = given.Instrument(argument =>
        {
            release.Wait();
            return argument;
        });
        var accepted = Enumerable.Range(0, Lane.Capacity + 1).Select(index => instrument.RunAsync(index)).ToArray();

        var error = await Assert.ThrowsAsync<QmiException>(() => instrument.RunAsync(99));
        release.Set();
        await Task.WhenAll(accepted).WaitAsync(GivenBox.Patience);

        Assert.Equal((ErrorCode.Busy, Executed.No), (error.Code, error.Executed));
        Assert.NotNull(error.RetryAfter);
    }

    [Fact]
    [Trait("rule", "RPC-2")]
    public async Task Reads_and_stop_are_answered_while_a_call_runs_and_others_wait()
    {
        await using var given = new GivenBox();
        var task = given.Task(self => self.Sleep(Timeout.InfiniteTimeSpan));
        task.Start();
        given.Time.WaitUntilParked();
        using var release = new ManualResetEventSlim();
        var lane = given.Box.FindObject("task")!.Lane;
        var occupying = lane.RunAsync(release.Wait, MonotonicTime.Never, CancellationToken.None);
        var queued = task.StartAsync();

        Assert.True(task.IsRunning());
        Assert.Equal(10, task.GetSettings().Rate);
        Assert.Null(task.GetPendingSettings());
        Assert.False(task.IsLocked());
        await Ask(given, "task", "get_status", RpcAccess.Read);
        task.Stop();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.False(queued.IsCompleted);
        release.Set();
        await occupying;
        await Assert.ThrowsAsync<QmiException>(() => queued);
    }

    [Fact]
    [Trait("rule", "RPC-3")]
    public async Task A_call_whose_deadline_passes_before_it_begins_is_never_run()
    {
        await using var given = new GivenBox();
        using var release = new ManualResetEventSlim();
        var ran = new List<double>();
        var instrument = given.Instrument(argument =>
        {
            release.Wait();
            ran.Add(argument);
            return argument;
        });
        instrument.Channel.Timeout = TimeSpan.FromSeconds(60);
        var first = instrument.RunAsync(1);
        instrument.Channel.Timeout = TimeSpan.FromSeconds(1);
        var second = instrument.RunAsync(2);

        given.Time.Advance(TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<QmiException>(() => second);
        release.Set();
        await first.WaitAsync(GivenBox.Patience);

        Assert.Equal((ErrorCode.Expired, Executed.No), (error.Code, error.Executed));
        Assert.Equal([1], ran);
    }

    [Fact]
    [Trait("rule", "RPC-3")]
    public async Task A_waiting_caller_in_its_own_thread_gives_up_at_its_deadline()
    {
        await using var given = new GivenBox();
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var ran = 0;
        var instrument = given.Instrument(argument =>
        {
            ran++;
            begun.Set();
            release.Wait();
            return argument;
        });
        var first = instrument.RunAsync(1);
        // A call that has not begun when its time is over is not run at all, and then the other one is.
        Assert.True(begun.Wait(GivenBox.Patience));
        var second = Task.Run(() => instrument.Run(2));
        given.Time.WaitUntilParked();

        given.Time.Advance(given.Box.DefaultCallTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(second.IsCompleted);
        given.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ErrorCode.Expired, (await Assert.ThrowsAsync<QmiException>(() => second)).Code);
        release.Set();
        await Record.ExceptionAsync(() => first);

        Assert.Equal(1, ran);
    }

    [Fact]
    [Trait("rule", "RPC-4")]
    public async Task A_call_that_runs_longer_than_its_deadline_is_answered_and_goes_on()
    {
        await using var given = new GivenBox();
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();
        var instrument = given.Instrument(argument =>
        {
            begun.Set();
            release.Wait();
            ended.Set();
            return argument;
        });
        var call = instrument.RunAsync(1);
        begun.Wait(GivenBox.Patience);

        given.Time.Advance(given.Box.DefaultCallTimeout);
        var error = await Assert.ThrowsAsync<QmiException>(() => call.WaitAsync(GivenBox.Patience));
        release.Set();

        Assert.Equal((ErrorCode.Timeout, Executed.Unknown), (error.Code, error.Executed));
        Assert.True(ended.Wait(GivenBox.Patience));
    }

    [Fact]
    [Trait("rule", "RPC-4")]
    [Trait("rule", "RPC-6")]
    public async Task What_a_method_throws_reaches_the_caller_with_type_message_and_chain()
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(_ => throw new InvalidOperationException("outer", new FormatException("inner")));

        var error = Assert.Throws<QmiException>(() => instrument.Run(1));

        Assert.Equal(ErrorCode.TaskError, error.Code);
        Assert.Contains("InvalidOperationException: outer", error.Message);
        Assert.IsType<FormatException>(error.InnerException!.InnerException);
        Assert.Contains(given.Log.Lines, line => line.Exception is InvalidOperationException);
    }

    [Fact]
    [Trait("rule", "RPC-4")]
    public async Task An_error_of_the_closed_set_passes_unchanged()
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(_ => throw new QmiException(ErrorCode.DeviceError, "-113 Undefined header"));

        Assert.Equal(ErrorCode.DeviceError, Assert.Throws<QmiException>(() => instrument.Run(1)).Code);
        Assert.Equal(ErrorCode.DeviceError, (await Assert.ThrowsAsync<QmiException>(() => instrument.RunAsync(1))).Code);
    }

    [Fact]
    [Trait("rule", "RPC-4")]
    public async Task Calls_that_wait_for_a_removed_object_are_answered_and_the_running_one_completes()
    {
        await using var given = new GivenBox();
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var instrument = given.Instrument(argument =>
        {
            begun.Set();
            release.Wait();
            return argument;
        });
        var running = instrument.RunAsync(1);
        begun.Wait(GivenBox.Patience);
        var waiting = instrument.RunAsync(2);
        var waitingInItsThread = Task.Run(() => instrument.Run(3));
        given.Time.WaitUntilParked();

        var removing = given.Box.RemoveAsync("instrument");
        var first = await Assert.ThrowsAsync<QmiException>(() => waiting.WaitAsync(GivenBox.Patience));
        var second = await Assert.ThrowsAsync<QmiException>(() => waitingInItsThread.WaitAsync(GivenBox.Patience));
        release.Set();
        await removing.WaitAsync(GivenBox.Patience);

        Assert.Equal((ErrorCode.NoSuchObject, ErrorCode.NoSuchObject), (first.Code, second.Code));
        Assert.Equal(1, await running);
        Assert.Equal(ErrorCode.NoSuchObject, Assert.Throws<QmiException>(() => instrument.Run(4)).Code);
    }

    [Fact]
    [Trait("rule", "RPC-4")]
    public async Task A_cancelled_call_that_has_not_begun_is_answered_and_never_run()
    {
        await using var given = new GivenBox();
        using var release = new ManualResetEventSlim();
        var ran = new List<double>();
        var instrument = given.Instrument(argument =>
        {
            release.Wait();
            ran.Add(argument);
            return argument;
        });
        var first = instrument.RunAsync(1);
        using var cancellation = new CancellationTokenSource();
        var second = instrument.RunAsync(2, cancellation.Token);

        await cancellation.CancelAsync();
        var error = await Assert.ThrowsAsync<QmiException>(() => second.WaitAsync(GivenBox.Patience));
        release.Set();
        await first;

        Assert.Equal((ErrorCode.Cancelled, Executed.No), (error.Code, error.Executed));
        Assert.Equal([1], ran);
    }

    [Fact]
    [Trait("rule", "RPC-5")]
    public async Task An_object_that_calls_itself_is_refused_with_the_path()
    {
        await using var given = new GivenBox();
        ScriptedInstrumentProxy? instrument = null;
        instrument = given.Instrument(argument => argument == 0 ? 0 : instrument!.Run(0), "a");

        var error = Assert.Throws<QmiException>(() => instrument.Run(1));

        Assert.Equal(ErrorCode.WrongState, error.Code);
        Assert.Contains("a -> a", error.Message);
    }

    [Fact]
    [Trait("rule", "RPC-5")]
    public async Task A_cycle_through_several_objects_is_refused_with_the_path()
    {
        await using var given = new GivenBox();
        ScriptedInstrumentProxy? a = null, b = null, c = null;
        a = given.Instrument(argument => b!.Run(argument), "a");
        b = given.Instrument(argument => c!.Run(argument), "b");
        c = given.Instrument(argument => a!.Run(argument), "c");

        Assert.Contains("a -> b -> c -> a", Assert.Throws<QmiException>(() => a.Run(1)).Message);
    }

    [Fact]
    [Trait("rule", "RPC-5")]
    public async Task Two_objects_that_call_each_other_from_two_threads_do_not_deadlock()
    {
        await using var given = new GivenBox(TimeProvider.System);
        using var both = new Barrier(2);
        ScriptedInstrumentProxy? a = null, b = null;
        a = given.Instrument(
            argument =>
            {
                if (argument == 0)
                    return 0;
                both.SignalAndWait(GivenBox.Patience);
                return b!.Run(0);
            },
            "a");
        b = given.Instrument(
            argument =>
            {
                if (argument == 0)
                    return 0;
                both.SignalAndWait(GivenBox.Patience);
                return a.Run(0);
            },
            "b");

        var outcomes = await Task.WhenAll(Task.Run(() => Record.Exception(() => a.Run(1))), Task.Run(() => Record.Exception(() => b.Run(1)))).WaitAsync(GivenBox.Patience);

        // One is refused, and so the other gets its turn.
        var refused = Assert.Single(outcomes, outcome => outcome is not null);
        Assert.Contains("wait for itself", refused!.Message);
    }

    [Fact]
    [Trait("rule", "RPC-2")]
    public async Task Threads_that_compete_for_an_object_never_seem_to_wait_for_themselves()
    {
        // Often enough that a turn is granted in every moment of the way to waiting for it.
        const int Calls = 50_000;
        await using var given = new GivenBox(TimeProvider.System);
        var total = 0;
        var instrument = given.Instrument(_ => ++total);
        var threads = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var call = 0; call < Calls; call++)
                    instrument.Run(call);
            },
            TaskCreationOptions.LongRunning)).ToArray();

        await Task.WhenAll(threads).WaitAsync(GivenBox.Patience);

        Assert.Equal(4 * Calls, total);
    }

    [Fact]
    [Trait("rule", "RPC-5")]
    public async Task A_task_may_call_its_own_proxy()
    {
        await using var given = new GivenBox();
        TestTaskProxy? task = null;
        task = given.Task(self =>
        {
            task!.SetSettings(new TestSettings { Rate = 77 });
            self.UpdateSettings();
        });

        task.Start();
        await task.JoinAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(77, task.GetSettings().Rate);
    }

    [Theory]
    [Trait("rule", "RPC-1")]
    [InlineData("runn", RpcAccess.Control, """{"argument":1}""", ErrorCode.NoSuchMethod, "run")]
    [InlineData("Opened", RpcAccess.Read, "{}", ErrorCode.NoSuchMethod, "Opened")]
    [InlineData("run", RpcAccess.Read, """{"argument":1}""", ErrorCode.WrongVerb, "\"call\"")]
    [InlineData("read", RpcAccess.Admin, """{"argument":1}""", ErrorCode.WrongVerb, "\"get\"")]
    [InlineData("run", RpcAccess.Control, """{"argument":"x"}""", ErrorCode.BadArgs, "/argument")]
    [InlineData("run", RpcAccess.Control, """{"arg":1}""", ErrorCode.BadArgs, "argument")]
    [InlineData("run", RpcAccess.Control, "[1,2]", ErrorCode.BadArgs, "1 arguments")]
    [InlineData("run", RpcAccess.Control, "[]", ErrorCode.BadArgs, "lacks")]
    [InlineData("run", RpcAccess.Control, "7", ErrorCode.BadArgs, "object")]
    public async Task A_call_that_cannot_work_gets_one_clear_error(string method, RpcAccess verb, string arguments, ErrorCode code, string inMessage)
    {
        await using var given = new GivenBox();
        var ran = false;
        given.Instrument(_ =>
        {
            ran = true;
            return 0;
        });

        var reply = await Ask(given, "instrument", method, verb, arguments);

        Assert.Equal(code, reply.Error!.Code);
        Assert.Contains(inMessage, reply.Error.Message);
        Assert.False(ran);
    }

    [Theory]
    [Trait("rule", "RPC-1")]
    [InlineData("""{"argument":2.5}""")]
    [InlineData("[2.5]")]
    public async Task Arguments_come_by_name_or_by_position(string arguments)
    {
        await using var given = new GivenBox();
        given.Instrument(argument => argument * 2);

        var reply = await Ask(given, "instrument", "run", RpcAccess.Control, arguments);

        Assert.Null(reply.Error);
        Assert.Equal("5", System.Text.Encoding.UTF8.GetString(reply.Result.Span));
    }

    [Fact]
    public async Task A_dry_run_checks_everything_and_does_nothing()
    {
        await using var given = new GivenBox();
        var ran = false;
        given.Instrument(_ =>
        {
            ran = true;
            return 0;
        });
        var request = new RpcRequest { Caller = Caller.Local, Method = "run", Verb = RpcAccess.Control, DryRun = true };

        Assert.Equal(ErrorCode.BadArgs, (await given.Box.FindObject("instrument")!.DispatchAsync(request)).Error!.Code);
        Assert.Null((await given.Box.FindObject("instrument")!.DispatchAsync(request with { Arguments = Json("[1]") })).Error);
        Assert.False(ran);
    }

    [Fact]
    public async Task A_caller_may_not_do_more_than_its_role()
    {
        await using var given = new GivenBox();
        given.Instrument(_ => 0);
        var request = new RpcRequest { Caller = new Caller("watcher", RpcAccess.Read), Method = "run", Verb = RpcAccess.Control, Arguments = Json("[1]") };

        Assert.Equal(ErrorCode.Forbidden, (await given.Box.FindObject("instrument")!.DispatchAsync(request)).Error!.Code);
    }

    [Fact]
    public async Task A_call_of_a_free_object_allocates_nothing()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var instrument = given.Instrument(argument => argument);
        for (var warm = 0; warm < 100; warm++)
            instrument.Run(warm);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 10_000; call++)
            instrument.Run(call);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_free_object_is_called_in_the_callers_own_thread()
    {
        await using var given = new GivenBox();
        var thread = 0;
        var instrument = given.Instrument(_ => thread = Environment.CurrentManagedThreadId);

        instrument.Run(1);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    internal static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    internal static async Task<RpcReply> Ask(GivenBox given, string target, string method, RpcAccess verb, string arguments = "{}", Caller? caller = null, string? token = null) =>
        await given.Box.FindObject(target)!.DispatchAsync(new RpcRequest { Caller = caller ?? Caller.Local, Method = method, Verb = verb, Arguments = Json(arguments), LockToken = token });
}
