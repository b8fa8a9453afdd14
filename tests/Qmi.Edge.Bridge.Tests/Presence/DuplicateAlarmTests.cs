using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public sealed class DuplicateAlarmTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly EdgeBox _box;
    private readonly DuplicateAlarm _alarm;

    public DuplicateAlarmTests()
    {
        _box = new EdgeBox("box07", new EdgeBoxOptions { TimeProvider = _time });
        _alarm = new DuplicateAlarm(_box, new BridgeOptions());
    }

    public ValueTask DisposeAsync() => _box.DisposeAsync();

    [Fact]
    public void It_lasts_longer_than_the_longest_wait_between_two_signs_of_the_other_box()
    {
        _alarm.SawOlder("01ARZ3NDEKTSV4RRFFQ69G5FAV");
        Assert.Equal(("DUPLICATE_BOX_ID", AlarmSeverity.Error), Raised is { } alarm ? (alarm.Code, alarm.Severity) : default);

        Advance(TimeSpan.FromMinutes(10.5));
        Assert.NotNull(Raised);
        _alarm.SawOlder("01ARZ3NDEKTSV4RRFFQ69G5FAV");
        Advance(TimeSpan.FromMinutes(14));
        Assert.NotNull(Raised);
        Advance(TimeSpan.FromMinutes(2));

        Assert.Null(Raised);
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public void Two_takeovers_within_a_minute_are_one_too_many(double seconds, bool isAlarm)
    {
        _alarm.TakenOver();
        Assert.Null(Raised);
        Advance(TimeSpan.FromSeconds(seconds));

        _alarm.TakenOver();

        Assert.Equal(isAlarm, Raised is not null);
    }

    [Fact]
    public void A_box_that_saw_nothing_raises_nothing_and_waits_for_nothing()
    {
        var next = MonotonicTime.Never;
        _alarm.Expire(_time.Now, ref next);

        Assert.Equal(MonotonicTime.Never, next);
        Assert.Null(Raised);
    }

    [Fact]
    public async Task A_broker_that_says_twice_that_another_client_took_over_is_believed()
    {
        using var broker = new FakeBroker(connection =>
        {
            connection.Accept(connection.ReadConnect());
            if (connection.Number <= 2)
                connection.Send(0xE0, 2, 0x8E, 0);
            connection.ReadToEnd();
        });
        await using var box = new GivenTwin(broker.Port, "5", TimeSpan.FromSeconds(10));

        Assert.True(SpinWait.SpinUntil(() => box.Box.Alarms.Find("duplicate-box-id") is { } alarm && alarm.Text.Contains("again and again", StringComparison.Ordinal), ChildProcess.Patience));
    }

    private Alarm? Raised => _box.Alarms.Find("duplicate-box-id");

    private void Advance(TimeSpan duration)
    {
        _time.Advance(duration);
        var next = MonotonicTime.Never;
        _alarm.Expire(_time.Now, ref next);
        Assert.Equal(Raised is null, next == MonotonicTime.Never);
    }
}
