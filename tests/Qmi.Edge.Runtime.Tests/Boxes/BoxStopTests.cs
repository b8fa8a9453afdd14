namespace Qmi.Edge.Runtime.Tests;

public class BoxStopTests
{
    [Fact]
    [Trait("rule", "TASK-10")]
    public async Task Tasks_end_first_newest_first_and_their_finalize_can_still_use_the_instruments()
    {
        var steps = new List<string>();
        await using (var given = new GivenBox())
        {
            ScriptedInstrumentProxy Make(string name) => given.Instrument(argument => argument, name, whenClosed: () => steps.Add($"close {name}"));
            var (first, second) = (Make("first"), Make("second"));
            first.Open();
            second.Open();
            foreach (var name in new[] { "older", "newer" })
            {
                var task = given.Loop(new LoopScript { Finalize = _ => steps.Add($"finalize {name} {first.Run(1) + second.Run(1)}") }, name);
                task.Start();
            }

            given.Time.WaitUntilParked(2);
            await given.Box.StopAsync().WaitAsync(GivenBox.Patience);
        }

        Assert.Equal(["finalize newer 2", "finalize older 2", "close second", "close first"], steps);
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public async Task What_does_not_end_in_time_is_named_and_the_rest_is_stopped()
    {
        await using var given = new GivenBox(TimeProvider.System, TimeSpan.FromMilliseconds(300));
        using var forever = new ManualResetEventSlim();
        var closed = false;
        var instrument = given.Instrument(_ => 0, whenClosed: () => closed = true);
        instrument.Open();
        var hung = given.Task(_ => forever.Wait(), "hung");
        hung.Start();

        await given.Box.StopAsync().WaitAsync(GivenBox.Patience);

        Assert.True(closed);
        Assert.Contains(given.Log.Lines, line => line.Level == Microsoft.Extensions.Logging.LogLevel.Error && line.Text.Contains("hung"));
        forever.Set();
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public async Task One_that_hangs_does_not_cost_the_others_their_orderly_end()
    {
        await using var given = new GivenBox(TimeProvider.System, TimeSpan.FromSeconds(2));
        using var forever = new ManualResetEventSlim();
        var isFinalized = false;
        var older = given.Loop(
            new LoopScript
            {
                Finalize = self =>
                {
                    self.Sleep(TimeSpan.FromMilliseconds(50));
                    isFinalized = true;
                },
            },
            "older");
        var hung = given.Task(_ => forever.Wait(), "hung");
        older.Start();
        hung.Start();

        await given.Box.StopAsync().WaitAsync(GivenBox.Patience);

        Assert.True(isFinalized);
        Assert.Equal(TaskState.Stopped, older.Life.State);
        forever.Set();
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    [Trait("rule", "RPC-2")]
    public async Task An_instrument_is_closed_when_the_call_that_runs_in_it_has_ended()
    {
        await using var given = new GivenBox();
        using var hold = new Hold();
        var steps = new List<string>();
        var instrument = given.Instrument(
            argument =>
            {
                hold.Enter();
                steps.Add("call");
                return argument;
            },
            whenClosed: () => steps.Add("close"));
        instrument.Open();
        var call = instrument.RunAsync(1);
        hold.WaitUntilEntered();

        var stopping = given.Box.StopAsync();
        // The next call is refused: the stop has come as far as the instrument.
        GivenBox.WaitFor(() => Record.Exception(() => instrument.Read(1)) is QmiException { Code: ErrorCode.ShuttingDown }, "the queue is closed");
        hold.Release();
        await stopping.WaitAsync(GivenBox.Patience);

        Assert.Equal(["call", "close"], steps);
        Assert.Equal(1, await call.WaitAsync(GivenBox.Patience));
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    public async Task An_instrument_whose_call_does_not_end_is_closed_all_the_same_since_that_may_be_what_ends_it()
    {
        await using var given = new GivenBox(TimeProvider.System, TimeSpan.FromSeconds(1));
        using var hold = new Hold();
        var instrument = given.Instrument(
            argument =>
            {
                hold.Enter();
                return argument;
            },
            whenClosed: hold.Release);
        instrument.Open();
        var call = instrument.RunAsync(1);
        hold.WaitUntilEntered();

        await given.Box.StopAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(1, await call.WaitAsync(GivenBox.Patience));
        Assert.Contains(given.Log.Lines, line => line.Text.Contains("closed while it runs", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "TASK-10")]
    [Trait("rule", "RPC-4")]
    public async Task A_stopping_box_refuses_new_objects_and_answers_calls()
    {
        await using var given = new GivenBox();
        var instrument = given.Instrument(argument => argument);

        await given.Box.StopAsync().WaitAsync(GivenBox.Patience);

        Assert.Equal(ErrorCode.ShuttingDown, Assert.Throws<QmiException>(() => instrument.Run(1)).Code);
        Assert.Equal(ErrorCode.ShuttingDown, Assert.Throws<QmiException>(() => given.Task(_ => { }, "late")).Code);
    }

    [Fact]
    public async Task A_name_is_used_once_among_tasks_and_instruments()
    {
        await using var given = new GivenBox();
        given.Instrument(_ => 0, "same");

        Assert.Contains("same", Assert.Throws<QmiException>(() => given.Task(_ => { }, "same")).Message);
    }

    [Fact]
    [Trait("rule", "MODEL-1")]
    public async Task An_object_describes_itself_while_it_is_busy_and_locked()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => { });
        task.Lock();

        var reply = await CallTests.Ask(given, "_box", "describe", RpcAccess.Read, """{"object":"task"}""");

        var description = CallTests.Json(System.Text.Encoding.UTF8.GetString(reply.Result.Span));
        Assert.Equal("call", description.GetProperty("methods").GetProperty("stop").GetProperty("verb").GetString());
        Assert.Equal(100, description.GetProperty("settings").GetProperty("properties").GetProperty("rate").GetProperty("maximum").GetDouble());
        Assert.Equal("Hz", description.GetProperty("settings").GetProperty("properties").GetProperty("rate").GetProperty("unit").GetString());
        Assert.True(description.GetProperty("signals").TryGetProperty("ticked", out _));
    }
}
