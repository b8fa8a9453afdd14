using Qmi.Edge.Testing;
using static Qmi.Edge.Bridge.Tests.GivenBridge;

namespace Qmi.Edge.Bridge.Tests;

public class SignalBatchTests
{
    [Fact]
    [Trait("rule", "SIG-2")]
    public async Task A_signal_comes_in_batches_whose_numbers_leave_no_gap_unsaid()
    {
        await using var given = new GivenBridge();
        given.Stage.Start();
        var topic = given.Topic("task/stage/sig/moved");
        Assert.True(SpinWait.SpinUntil(() => given.Supervisor.Seen.Where(seen => seen.Topic == topic).Sum(seen => seen.Json.GetProperty("n").GetInt32()) > 100, ChildProcess.Patience));

        var next = 0L;
        foreach (var batch in given.Supervisor.Seen.Where(seen => seen.Topic == topic).Select(seen => seen.Json))
        {
            Assert.Equal(next, batch.GetProperty("s").GetInt64());
            var values = batch.GetProperty("values").EnumerateArray().ToList();
            Assert.Equal(batch.GetProperty("n").GetInt32(), values.Count);
            Assert.Equal(next + 1, values[0].GetProperty("x").GetDouble());
            if (values.Count > 1)
                Assert.True(batch.TryGetProperty("dt_us", out _) || batch.GetProperty("t_us").GetArrayLength() == values.Count);
            next += values.Count;
        }

        Assert.Contains(given.Supervisor.Seen, seen => seen.Topic == topic && seen.Json.GetProperty("n").GetInt32() > 1);
        Assert.All(given.Supervisor.Seen.Where(seen => seen.Topic == topic), seen => Assert.False(seen.Retain));
        Assert.Equal("0", Text(given.Supervisor.Seen.First(seen => seen.Topic == topic).Json, "q"));
    }
}
