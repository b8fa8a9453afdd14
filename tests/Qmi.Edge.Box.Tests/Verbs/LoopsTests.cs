using System.Globalization;
using System.Xml.Linq;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

[Collection(ConsoleCollection.Name)]
public sealed class LoopsTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", ExitCode.InvalidConfiguration, "has no \"mqtt\": a box without a broker cannot be asked.")]
    [InlineData(""", "mqtt": {"host": "127.0.0.1"}""", ExitCode.Failed, "No task of box b has a loop.")]
    [InlineData(""", "mqtt": {"host": "127.0.0.1", "user": "b"}""", ExitCode.Usage, "--user is needed: the broker knows users")]
    [InlineData(""", "mqtt": {"host": "127.0.0.1"}""", ExitCode.Usage, "--certificate-file and --key-file belong together", "--user", "alice", "--key-file", "alice.key")]
    [InlineData(""", "mqtt": {"host": "127.0.0.1"}""", ExitCode.Usage, "--certificate-file is for a broker with TLS", "--user", "alice", "--key-file", "a.key", "--certificate-file", "a.crt")]
    public async Task What_cannot_be_asked_is_refused_with_the_reason(string members, int exitCode, string mistake, params string[] options)
    {
        var file = _folder.Write("box.json", $$"""{"box": "b"{{members}}}""");

        var console = await CapturedConsole.RunAsync(["loops", file, .. options]);

        Assert.Equal((exitCode, ""), (console.ExitCode, console.Output));
        Assert.Contains(mistake, console.Errors);
    }

    [Fact]
    [Trait("rule", "LOOP-13")]
    public void Watching_goes_on_until_it_is_ended()
    {
        using var broker = new MosquittoBroker("allow_anonymous true");
        var port = broker.Port.ToString(CultureInfo.InvariantCulture);
        _folder.Write("box.json", """{"box": "cryo", "mqtt": {"host": "127.0.0.1", "port": 1883}, "tasks": {"host": {"type": "host_monitor"}}}""".Replace("1883", port, StringComparison.Ordinal));
        var program = Path.Combine(AppContext.BaseDirectory, "Qmi.Edge.Box.Tests");
        using var box = new ChildProcess(program, _folder.Name, ["box", "run", "box.json"]);
        using var supervisor = new Supervisor(broker.Port);
        supervisor.WaitFor("qmi/v1/box/cryo/state", state => state.GetProperty("state").GetString() == "online");

        using var watch = new ChildProcess(program, _folder.Name, ["box", "loops", "box.json", "--watch", "--plot", "late.svg"]);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(_folder.PathOf("late.svg")), ChildProcess.Patience), string.Join('\n', watch.Errors));
        // Whenever somebody looks, there is a whole picture.
        var hasBeenDrawnAgain = SpinWait.SpinUntil(
            () =>
            {
                Assert.Contains(XDocument.Load(_folder.PathOf("late.svg")).Descendants(), element => element.Value == "host");
                return watch.Output.Count(line => line.StartsWith("host ", StringComparison.Ordinal)) >= 3;
            },
            ChildProcess.Patience);

        Assert.True(hasBeenDrawnAgain, string.Join('\n', watch.Errors));
        Assert.False(watch.HasExited);
        box.Terminate();
        Assert.Equal(ExitCode.Ok, box.WaitForExit());
    }

    [Fact]
    public void The_table_has_a_line_for_each_loop_and_says_who_did_not_answer() => Assert.Equal(
        """
        TASK      PERIOD  POLICY   TURNS  MISSES  BY GC  SKIPPED  GAPS  LATE P50      P99    P99.9      MAX  TURN P50      P99    P99.9      MAX    LOAD  RUNS AS
        fast        1 ms  skip     10000      12      3       40     1   62.4 µs  1.24 ms  12.5 ms  32.5 ms   62.4 µs  1.24 ms  12.5 ms  32.5 ms  12.3 %  fifo 80 on 0,1
        late        1 ms  skip         0       0      0        0     0         -        -        -        -         -        -        -        -       -  other on 1 (refused)
        new    2.25 s  immediate      0       0      0        0     0         -        -        -        -         -        -        -        -       -  -
        gone: no answer
        late: Real-time priority 80 was refused (EPERM): no.
        """.Split('\n').Select(Words),
        LoopTable.Write([Fast, Late, new("new", new LoopStatistics { Period = TimeSpan.FromSeconds(2.25) }), new("gone", null, "no answer")]).TrimEnd().Split('\n').Select(Words));

    [Theory]
    [InlineData(0, "0 µs")]
    [InlineData(0.1, "0.1 µs")]
    [InlineData(62.43, "62.4 µs")]
    [InlineData(999, "999 µs")]
    [InlineData(1_234.5, "1.23 ms")]
    [InlineData(100_000, "100 ms")]
    [InlineData(2_250_000, "2.25 s")]
    [InlineData(86_400_000_000, "86400 s")]
    public void A_duration_has_three_digits_and_a_unit(double microseconds, string text) => Assert.Equal(text, TimeText.Of(TimeSpan.FromMicroseconds(microseconds)));

    [Fact]
    public void The_picture_says_of_which_loop_it_is_and_marks_the_percentiles()
    {
        var texts = Draw([Fast, new("a<b&c", Fast.Statistics), new("gone", null, "no answer")]).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();

        Assert.Contains("How late the loops of box07 began their turns", texts);
        Assert.Contains("every 1 ms, skip; 10000 turns, 12 missed, 40 slots skipped, load 12.3 %", texts);
        foreach (var expected in new[] { "fast", "a<b&c", "p50 62.4 µs", "p99 1.24 ms", "p99.9 12.5 ms", "max 32.5 ms", "1 µs", "100 ms", "late by", "turns", "1", "10000" })
            Assert.Contains(expected, texts);
        Assert.DoesNotContain("gone", texts);
    }

    [Fact]
    public void A_picture_of_loops_that_have_not_turned_says_so() =>
        Assert.Contains(Draw([new("new", new LoopStatistics())]).Descendants(), element => element.Value == "No loop has turned yet.");

    private static LoopReading Fast { get; } = new("fast", new LoopStatistics
    {
        Epoch = 1,
        Period = TimeSpan.FromMilliseconds(1),
        Policy = MissedLoopPolicy.Skip,
        Turns = 10_000,
        Misses = 12,
        MissesWithCollection = 3,
        Skipped = 40,
        Gaps = 1,
        Load = 0.1234,
        Lateness = Times,
        Duration = Times,
        Scheduling = new SchedulingObtained { Thread = 7, Policy = SchedulingPolicy.Fifo, Priority = 80, Cpus = [0, 1] },
    });

    private static LoopReading Late { get; } = new("late", new LoopStatistics
    {
        Period = TimeSpan.FromMilliseconds(1),
        Policy = MissedLoopPolicy.Skip,
        Scheduling = new SchedulingObtained { Thread = 8, Policy = SchedulingPolicy.Other, Priority = 0, Cpus = [1], Refusals = [new SystemRefusal("priority", 1, "Real-time priority 80 was refused (EPERM): no.")] },
    });

    private static TimeStatistics Times => new()
    {
        Min = TimeSpan.FromMicroseconds(50),
        Mean = TimeSpan.FromMicroseconds(70),
        P50 = TimeSpan.FromMicroseconds(62.43),
        P99 = TimeSpan.FromMicroseconds(1_240),
        P999 = TimeSpan.FromMicroseconds(12_500),
        Max = TimeSpan.FromMicroseconds(32_500),
        Buckets = [new(TimeSpan.FromMicroseconds(55), 4_000), new(TimeSpan.FromMicroseconds(65), 5_890), new(TimeSpan.FromMicroseconds(1_240), 100), new(TimeSpan.FromMicroseconds(12_500), 9), new(TimeSpan.FromMicroseconds(32_500), 1)],
    };

    private static XDocument Draw(IReadOnlyList<LoopReading> readings) => XDocument.Parse(LatenessPlot.Draw("box07", readings, Noon));

    private static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
