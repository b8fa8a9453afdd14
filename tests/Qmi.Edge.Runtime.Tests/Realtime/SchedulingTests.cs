using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class SchedulingTests
{
    private const int Fifo = 1;

    [Fact]
    [Trait("rule", "RT-1")]
    public async Task A_task_with_a_priority_has_it_in_its_own_thread_and_the_threads_that_it_starts_have_none()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root, or a user with a limit of its own, may give a real-time priority.");
        await using var given = new GivenBox(TimeProvider.System);
        var started = default((int Policy, int Priority));
        var others = new List<int>();
        using var looked = new ManualResetEventSlim();
        var task = given.Task(
            self =>
            {
                var thread = new Thread(() => started = KernelThread.Scheduling(KernelThread.Current));
                thread.Start();
                thread.Join();
                others.AddRange(KernelThread.Others(KernelThread.Current).Select(other => KernelThread.Scheduling(other).Policy));
                looked.Set();
                self.Sleep(GivenBox.Patience);
            },
            options: new TaskOptions { Priority = 42 });

        task.Start();
        Assert.True(looked.Wait(GivenBox.Patience));

        var obtained = task.Life.Scheduling!;
        Assert.Empty(obtained.Refusals);
        Assert.Equal((SchedulingPolicy.Fifo, 42), (obtained.Policy, obtained.Priority));
        Assert.Equal((Fifo, 42), KernelThread.Scheduling(obtained.Thread));
        Assert.Equal((0, 0), started);
        Assert.NotEmpty(others);
        Assert.DoesNotContain(Fifo, others);
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public async Task The_constructor_of_a_task_has_no_priority_yet()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var inConstructor = default((int Policy, int Priority));

        given.Box.AddTask(
            TestTypes.Task,
            "task",
            init =>
            {
                inConstructor = KernelThread.Scheduling(KernelThread.Current);
                return new ScriptedTask(init, _ => { });
            },
            new TaskOptions { Priority = 42 });

        Assert.Equal((0, 0), inConstructor);
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public async Task A_task_runs_on_the_CPUs_that_it_was_given()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var first = KernelThread.Cpus(KernelThread.Current)[0];
        var task = given.Task(self => self.Sleep(GivenBox.Patience), options: new TaskOptions { Cpus = [first] });

        task.Start();
        GivenBox.WaitFor(() => task.Life.Scheduling is not null, "the thread has its CPUs");

        var obtained = task.Life.Scheduling!;
        Assert.Empty(obtained.Refusals);
        Assert.Equal([first], obtained.Cpus);
        Assert.Equal([first], KernelThread.Cpus(obtained.Thread));
        Assert.Equal((SchedulingPolicy.Other, 0), (obtained.Policy, obtained.Priority));
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public async Task A_CPU_that_is_not_there_is_refused_and_the_task_runs_where_it_was()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var all = KernelThread.Cpus(KernelThread.Current);
        var task = given.Task(self => self.Sleep(GivenBox.Patience), options: new TaskOptions { Cpus = [1023] });

        task.Start();
        GivenBox.WaitFor(() => given.Log.Lines.Any(line => line.Text.StartsWith("CPU 1023 was refused (EINVAL): ", StringComparison.Ordinal)), "the log says so");

        var refusal = Assert.Single(task.Life.Scheduling!.Refusals);
        Assert.Equal(("cpus", 22), (refusal.What, refusal.Errno));
        Assert.Equal(all, task.Life.Scheduling.Cpus);
        Assert.True(task.IsRunning());
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public async Task CPUs_that_are_granted_in_part_are_told()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var first = KernelThread.Cpus(KernelThread.Current)[0];
        var task = given.Task(self => self.Sleep(GivenBox.Patience), options: new TaskOptions { Cpus = [first, 1023] });

        task.Start();
        GivenBox.WaitFor(() => task.Life.Scheduling is not null, "the thread has its CPUs");

        var refusal = Assert.Single(task.Life.Scheduling!.Refusals);
        Assert.Contains("granted in part: 1023 is not in this machine", refusal.Message);
        Assert.Equal([first], task.Life.Scheduling.Cpus);
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public async Task Every_task_has_the_shortest_timer_slack_and_says_nothing_when_it_asked_for_nothing()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var slack = "";
        var task = given.Task(_ => slack = File.ReadAllText($"/proc/{KernelThread.Current}/timerslack_ns").Trim());

        task.Start();
        task.Join();

        Assert.Equal("1", slack);
        Assert.Null(task.Life.Scheduling);
        Assert.DoesNotContain("scheduling", StateOf(given.Box, "task"));
    }

    [Fact]
    public async Task What_was_obtained_is_in_the_state_document_and_a_new_thread_asks_anew()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Task(self => self.Sleep(TimeSpan.FromSeconds(60)), options: new TaskOptions { Cpus = [1023] });
        task.Start();
        GivenBox.WaitFor(() => task.Life.Scheduling is not null, "the thread has asked");
        var first = task.Life.Scheduling!;

        using var document = JsonDocument.Parse(StateOf(given.Box, "task"));
        var read = TaskStateDocument.Read(document.RootElement).Scheduling!;
        Assert.Equal((first.Thread, first.Policy, first.Priority), (read.Thread, read.Policy, read.Priority));
        Assert.Equal(first.Cpus, read.Cpus);
        Assert.Equal(first.Refusals, read.Refusals);

        await task.RestartAsync(GivenBox.Patience);
        GivenBox.WaitFor(() => task.Life.Scheduling is { } second && second.Thread != first.Thread, "the new thread has asked");
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public async Task The_statistics_of_a_loop_say_what_was_obtained_also_on_the_wire()
    {
        await using var given = new GivenBox(TimeProvider.System);
        var task = given.Loop(new LoopScript(), options: new TaskOptions { Cpus = [1023] });
        task.Start();
        GivenBox.WaitFor(() => task.Life.Scheduling is not null, "the thread has asked");

        var reply = await given.Box.FindObject("loop")!.DispatchAsync(new RpcRequest { Caller = Caller.Local, Method = "get_loop_statistics", Verb = RpcAccess.Read });
        var read = LoopStatisticsDocument.Read(JsonElement.Parse(reply.Result.Span))!.Value.Scheduling!;

        Assert.Same(task.Life.Scheduling, task.GetLoopStatistics()!.Value.Scheduling);
        Assert.Equal((task.Life.Scheduling!.Thread, "cpus"), (read.Thread, Assert.Single(read.Refusals).What));
    }

    [Theory]
    [InlineData(0, null, 0, "A priority of 0 is impossible: real-time priorities are 1 to 99; leave it out for a thread like any other.")]
    [InlineData(100, null, 0, "A priority of 100 is impossible: real-time priorities are 1 to 99; leave it out for a thread like any other.")]
    [InlineData(null, new int[0], 0, "A task needs at least one CPU: name some, or leave them out for all.")]
    [InlineData(null, new[] { 0, 1024 }, 0, "There is no CPU 1024: CPUs are numbered from 0 to 1023.")]
    [InlineData(null, null, 201, "A spin of 201 us is impossible: it can be 0 to 200 us.")]
    [InlineData(null, null, -1, "A spin of -1 us is impossible: it can be 0 to 200 us.")]
    public async Task What_no_thread_can_have_is_refused_when_the_task_is_made(int? priority, int[]? cpus, int spin, string message)
    {
        await using var given = new GivenBox();
        var options = new TaskOptions { Priority = priority, Cpus = cpus, Spin = TimeSpan.FromMicroseconds(spin) };

        var error = Assert.Throws<QmiException>(() => given.Loop(new LoopScript(), options: options));

        Assert.Equal((ErrorCode.BadArgs, message), (error.Code, error.Message));
        Assert.Null(given.Box.FindObject("loop"));
    }

    private static string StateOf(EdgeBox box, string name)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            TaskStateDocument.Write(writer, (QmiTaskRunner)box.FindObject(name)!);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
