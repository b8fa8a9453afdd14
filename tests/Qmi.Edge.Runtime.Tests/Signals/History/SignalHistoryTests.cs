using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class SignalHistoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_range_is_answered_with_the_batches_that_cover_it_and_what_is_missing_in_between(bool isDurable)
    {
        await using var box = NewBox(isDurable ? new CrashingDisk() : null);
        var history = Append(box, (0, 10), (10, 10), (25, 5), (30, 10));

        var range = await Ask(box, """{"signal":"ticked","from":5,"to":28}""");

        Assert.Equal(isDurable, history.IsDurable);
        Assert.Equal([0, 10, 25], range.GetProperty("batches").EnumerateArray().Select(batch => batch.GetProperty("s").GetInt64()));
        Assert.Equal("""[{"from":20,"to":25}]""", range.GetProperty("missing").GetRawText());
        Assert.Equal((5, 28, box.Boot), (range.GetProperty("from").GetInt64(), range.GetProperty("to").GetInt64(), range.GetProperty("boot").GetString()));
        Assert.False(range.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Without_an_end_it_is_all_there_is_and_what_is_yet_to_come_is_not_missing()
    {
        await using var box = NewBox(null);
        Assert.Equal("""{"boot":"B","from":3,"to":3,"batches":[],"missing":[],"boots":[]}""", (await Ask(box, """{"signal":"ticked","from":3}""")).GetRawText().Replace(box.Boot, "B", StringComparison.Ordinal));
        Append(box, (0, 10), (10, 10));

        Assert.Equal(20, (await Ask(box, """{"signal":"ticked","from":0}""")).GetProperty("to").GetInt64());
        var beyond = await Ask(box, """{"signal":"ticked","from":15,"to":500}""");
        Assert.Equal((20L, 0), (beyond.GetProperty("to").GetInt64(), beyond.GetProperty("missing").GetArrayLength()));
    }

    [Fact]
    public async Task A_long_range_is_told_in_parts_that_each_say_where_to_go_on()
    {
        await using var box = NewBox(null, bytes: 4 << 20);
        var batches = Enumerable.Range(0, 1000).Select(index => (index * 10L, 10)).Where(batch => batch.Item1 is not (4_000 or 4_010)).ToArray();
        // What is appended faster than it is kept would be lost, as it should be.
        foreach (var some in batches.Chunk(100))
            await Append(box, some).ReadRangeAsync(null, 0, 0, 1);

        var (from, parts, values, missing) = (0L, 0, new List<long>(), new List<string>());
        while (true)
        {
            var part = await Ask(box, $$"""{"signal":"ticked","from":{{from}},"to":10000}""");
            parts++;
            Assert.InRange(part.GetRawText().Length, 1, 256 * 1024);
            foreach (var batch in part.GetProperty("batches").EnumerateArray())
                values.AddRange(Enumerable.Range(0, 10).Select(index => batch.GetProperty("s").GetInt64() + index));
            missing.AddRange(part.GetProperty("missing").EnumerateArray().Select(gap => gap.GetRawText()));
            if (!part.TryGetProperty("next", out var next))
                break;
            Assert.True(next.GetInt64() > from);
            from = next.GetInt64();
        }

        Assert.InRange(parts, 2, 10);
        Assert.Equal(Enumerable.Range(0, 10_000).Select(number => (long)number).Where(number => number is < 4_000 or >= 4_020), values);
        Assert.Equal(["""{"from":4000,"to":4020}"""], missing);
    }

    [Fact]
    public async Task What_an_earlier_run_of_the_box_has_published_is_still_there()
    {
        var disk = new CrashingDisk();
        string boot;
        await using (var first = NewBox(disk))
        {
            boot = first.Boot;
            Append(first, (0, 10), (10, 10));
        }

        await using var second = NewBox(disk);
        Append(second, (0, 5));

        var range = await Ask(second, $$"""{"signal":"ticked","from":12,"to":30,"boot":"{{boot}}"}""");
        Assert.Equal(10, range.GetProperty("batches")[0].GetProperty("s").GetInt64());
        Assert.Equal("""[{"from":20,"to":30}]""", range.GetProperty("missing").GetRawText());
        Assert.Equal([boot, second.Boot], range.GetProperty("boots").EnumerateArray().Select(known => known.GetString()));

        var unknown = await Ask(second, $$"""{"signal":"ticked","from":1,"to":3,"boot":"{{new string('Z', 26)}}"}""");
        Assert.Equal("""[{"from":1,"to":3}]""", unknown.GetProperty("missing").GetRawText());
    }

    [Theory]
    [InlineData("""{"signal":"tickd","from":0}""", ErrorCode.BadArgs, "did you mean \"ticked\"")]
    [InlineData("""{"signal":"status_updated","from":0}""", ErrorCode.BadArgs, "retained document")]
    [InlineData("""{"signal":"ticked","from":5,"to":4}""", ErrorCode.BadArgs, "before it begins")]
    [InlineData("""{"signal":"ticked"}""", ErrorCode.BadArgs, "from")]
    public async Task What_cannot_be_answered_says_why(string arguments, ErrorCode code, string reason)
    {
        await using var box = NewBox(null);

        var error = await Assert.ThrowsAsync<QmiException>(() => Ask(box, arguments));

        Assert.Equal(code, error.Code);
        Assert.Contains(reason, error.Message + string.Join(' ', error.Violations.Select(violation => violation.Path + violation.Message)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_box_that_keeps_nothing_says_so_but_keeps_what_must_arrive()
    {
        await using var box = NewBox(null, bytes: 0);

        Assert.Contains("ring_bytes", (await Assert.ThrowsAsync<QmiException>(() => Ask(box, """{"signal":"ticked","from":0}"""))).Message, StringComparison.Ordinal);
        Assert.Equal(0, box.Histories.BytesOf(new SignalDescription<double> { Name = "a", DataType = TestTypes.Number }));
        Assert.Equal(256 * 1024, box.Histories.BytesOf(new SignalDescription<double> { Name = "a", DataType = TestTypes.Number, Reliable = true }));
    }

    [Fact]
    public async Task A_disk_that_fails_is_an_alarm_and_a_count_and_ends_when_it_works_again()
    {
        var disk = new CrashingDisk();
        await using var box = NewBox(disk);
        var history = Append(box, (0, 10));
        await history.ReadRangeAsync(null, 0, null, 1000);

        disk.IsBroken = true;
        AppendLarge(history, 10, 40);
        Assert.True(SpinWait.SpinUntil(() => box.Alarms.Find("signal-history") is not null, GivenBox.Patience));
        disk.IsBroken = false;
        AppendLarge(history, 100, 40);
        Assert.True(SpinWait.SpinUntil(() => box.Alarms.Find("signal-history") is null, GivenBox.Patience));
    }

    [Fact]
    public async Task Whoever_appends_does_not_wait_for_a_disk_that_hangs()
    {
        using var hang = new ManualResetEventSlim();
        var disk = new CrashingDisk();
        await using var box = NewBox(disk);
        var history = Append(box, (0, 10));
        await history.ReadRangeAsync(null, 0, null, 1000);
        disk.Before = _ => hang.Wait(GivenBox.Patience);

        // More than may wait: the rest is counted.
        AppendLarge(history, 10, 2000);

        Assert.InRange(history.Lost, 1, 2000);
        hang.Set();
    }

    private static EdgeBox NewBox(CrashingDisk? disk, long? bytes = null)
    {
        var box = new EdgeBox("box-1", new EdgeBoxOptions { State = disk, SignalHistoryBytes = bytes });
        box.AddTask(TestTypes.Task, "task", init => new ScriptedTask(init, _ => { }));
        return box;
    }

    private static SignalHistory Append(EdgeBox box, params ReadOnlySpan<(long First, int Count)> batches)
    {
        var history = box.FindObject("task")!.Signals.Find("ticked").History!;
        foreach (var (first, count) in batches)
            history.Append(first, count, Encoding.UTF8.GetBytes($$"""{"v":1,"s":{{first}},"n":{{count}},"values":"{{new string('x', 1000)}}"}"""));
        return history;
    }

    private static void AppendLarge(SignalHistory history, long first, int count)
    {
        for (var index = 0; index < count; index++)
            history.Append(first + index, 1, new byte[1000]);
    }

    private static async Task<JsonElement> Ask(EdgeBox box, string arguments)
    {
        var reply = await box.FindObject("task")!.DispatchAsync(new RpcRequest
        {
            Caller = Caller.Local,
            Method = "signal_range",
            Verb = RpcAccess.Read,
            Arguments = JsonDocument.Parse(arguments).RootElement,
        });
        return reply.Error is { } error ? throw error : JsonDocument.Parse(reply.Result).RootElement;
    }
}
