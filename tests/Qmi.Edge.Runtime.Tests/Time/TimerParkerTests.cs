namespace Qmi.Edge.Runtime.Tests;

public sealed class TimerParkerTests : ParkerContract
{
    private protected override Parker Create() => new TimerParker(TimeProvider.System);

    [Fact]
    public void It_waits_on_any_other_clock()
    {
        Assert.IsType<TimerParker>(Parker.Create(new ForeignTime()));
        Assert.IsNotType<TimerParker>(Parker.Create(new ManualTime()));
    }

    [Fact]
    public async Task On_a_clock_that_stands_still_it_waits_and_ends_exactly_at_the_deadline()
    {
        var time = new ManualTime();
        var parker = new TimerParker(time);
        var parking = Start(() => parker.Park(MonotonicTime.Second));

        Assert.False(await EndsWithin(parking, TimeSpan.FromMilliseconds(20)), "It did not wait at all.");
        time.AdvanceTo(MonotonicTime.Second - 1);
        Assert.False(await EndsWithin(parking, TimeSpan.FromMilliseconds(20)), "It ended early.");
        time.AdvanceTo(MonotonicTime.Second + TimeSpan.NanosecondsPerTick);

        Assert.False(await parking.WaitAsync(GivenBox.Patience));
    }

    [Fact]
    public async Task On_a_clock_that_stands_still_a_permit_ends_the_wait()
    {
        var parker = new TimerParker(new ManualTime());
        var parking = Start(() => parker.Park(MonotonicTime.Second));

        parker.Unpark();

        Assert.True(await parking.WaitAsync(GivenBox.Patience));
    }

    [Fact]
    public async Task A_wait_of_months_is_woken_daily_and_goes_on()
    {
        var time = new ManualTime();
        var parker = new TimerParker(time);
        var parking = Start(() => parker.Park(MonotonicTime.ToNanoseconds(TimeSpan.FromDays(30))));

        for (var day = 0; day < 30; day++)
        {
            Assert.False(await EndsWithin(parking, TimeSpan.FromMilliseconds(1)), $"It ended on day {day}.");
            time.Advance(TimeSpan.FromDays(1));
        }

        Assert.False(await parking.WaitAsync(GivenBox.Patience));
    }

    private static async Task<bool> EndsWithin(Task task, TimeSpan time) => await Task.WhenAny(task, Task.Delay(time)) == task;

    private sealed class ForeignTime : TimeProvider;
}
