namespace Qmi.Edge.Runtime.Tests;

public class ClockWatchTests
{
    private readonly ManualTime _time = new();
    private readonly FakeClockSource _source = new();

    [Fact]
    public async Task A_step_of_the_wall_clock_is_counted_and_an_alarm_for_a_while()
    {
        await using var box = Open();
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, box.Clock.Steps);

        _time.StepWallClock(TimeSpan.FromHours(1));
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, box.Clock.Steps);
        var alarm = Assert.Single(box.Alarms.Raised);
        Assert.Equal(("clock-stepped", AlarmSeverity.Warning, "CLOCK_STEPPED"), (alarm.Id, alarm.Severity, alarm.Code));

        _time.StepWallClock(TimeSpan.FromHours(-1));
        Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(2, box.Clock.Steps);
        Assert.Equal([alarm], box.Alarms.Raised);
        Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(2, box.Clock.Steps);
        Assert.Empty(box.Alarms.Raised);
    }

    [Fact]
    public async Task What_is_no_more_than_50_ms_is_no_step()
    {
        await using var box = Open();

        for (var change = 0; change < 100; change++)
        {
            _time.StepWallClock(TimeSpan.FromMilliseconds(change % 2 == 0 ? 50 : -50));
            Advance(TimeSpan.FromSeconds(1));
        }

        _time.StepWallClock(TimeSpan.FromMilliseconds(51));
        Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, box.Clock.Steps);
    }

    [Fact]
    public async Task An_unsynchronised_clock_is_an_alarm_after_a_minute_and_none_as_soon_as_it_is_synchronised()
    {
        _source.Reading = new ClockReading(false, "chrony");
        await using var box = Open();
        Assert.False(box.Clock.IsSynchronised);
        Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(box.Alarms.Raised);

        Advance(TimeSpan.FromSeconds(2));
        var alarm = Assert.Single(box.Alarms.Raised);
        Assert.Equal(("clock-unsynchronised", AlarmSeverity.Warning, "CLOCK_UNSYNCHRONISED"), (alarm.Id, alarm.Severity, alarm.Code));
        _source.Reading = new ClockReading(true, "chrony", TimeSpan.FromMicroseconds(210));
        Advance(TimeSpan.FromSeconds(11));

        Assert.Empty(box.Alarms.Raised);
        Assert.True(box.Clock.IsSynchronised);
        Assert.Equal(_source.Reading, box.Clock.Reading);
    }

    [Fact]
    public async Task A_clock_that_loses_its_servers_gets_its_minute_again()
    {
        await using var box = Open();
        Advance(TimeSpan.FromHours(1));
        _source.Reading = new ClockReading(false, "none");

        Advance(TimeSpan.FromSeconds(65));
        Assert.Empty(box.Alarms.Raised);
        Advance(TimeSpan.FromSeconds(10));
        Assert.Single(box.Alarms.Raised);
    }

    [Fact]
    [Trait("rule", "MQTT-2.10.1")]
    [Trait("rule", "MQTT-3.18")]
    public async Task After_a_step_it_is_asked_at_once_whether_the_clock_is_synchronised()
    {
        await using var box = Open();
        _source.Reading = new ClockReading(false, "none");
        _time.StepWallClock(TimeSpan.FromDays(365));

        Advance(TimeSpan.FromSeconds(2));

        Assert.False(box.Clock.IsSynchronised);
    }

    [Fact]
    public async Task A_source_that_fails_leaves_a_clock_that_is_not_trusted_and_a_box_that_runs()
    {
        await using var box = Open();
        _source.Failure = new IOException("no such call");

        Advance(TimeSpan.FromSeconds(30));
        Assert.False(box.Clock.IsSynchronised);
        _source.Failure = null;
        Advance(TimeSpan.FromSeconds(30));

        Assert.True(box.Clock.IsSynchronised);
    }

    [Fact]
    public async Task A_clock_that_a_test_turns_is_right_by_definition()
    {
        await using var given = new GivenBox();
        given.Time.Advance(TimeSpan.FromHours(1));

        Assert.True(given.Box.Clock.IsSynchronised);
        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    public void The_kernel_answers()
    {
        var reading = new KernelClock().Read();

        Assert.NotEmpty(reading.Source);
        Assert.Equal(reading.IsSynchronised, reading.Error is not null);
    }

    [Fact]
    public void The_program_that_keeps_the_clock_is_found_by_its_name_and_forgotten_when_it_ends()
    {
        var folder = Directory.CreateTempSubdirectory("qmi-proc-").FullName;
        try
        {
            void Process(int id, string command)
            {
                Directory.CreateDirectory(Path.Combine(folder, $"{id}"));
                File.WriteAllText(Path.Combine(folder, $"{id}", "comm"), command + "\n");
            }

            Directory.CreateDirectory(Path.Combine(folder, "self"));
            Process(1, "init");
            Process(7, "bash");
            var search = new TimeClientSearch(folder);
            Assert.Null(search.Find());
            Process(12, "systemd-timesyn");
            // It is looked for only now and then.
            Assert.Contains("systemd-timesyncd", Enumerable.Range(0, 10).Select(_ => search.Find()));
            Directory.Delete(Path.Combine(folder, "12"), recursive: true);
            Assert.Null(search.Find());
            Process(30, "chronyd");
            Assert.Contains("chrony", Enumerable.Range(0, 10).Select(_ => search.Find()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Advance(TimeSpan duration) => _time.Advance(duration);

    private EdgeBox Open() => new("box07", new EdgeBoxOptions { TimeProvider = _time, ClockSource = _source });

    private sealed class FakeClockSource : IClockSource
    {
        public ClockReading Reading { get; set; } = new(true, "systemd-timesyncd", TimeSpan.FromMilliseconds(1));

        public Exception? Failure { get; set; }

        public ClockReading Read() => Failure is { } failure ? throw failure : Reading;
    }
}
