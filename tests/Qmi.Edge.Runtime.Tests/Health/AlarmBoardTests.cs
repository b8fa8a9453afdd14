namespace Qmi.Edge.Runtime.Tests;

public class AlarmBoardTests
{
    [Fact]
    public async Task A_raised_alarm_is_found_with_what_was_said_and_when()
    {
        await using var given = new GivenBox();
        given.Time.Advance(TimeSpan.FromSeconds(3));

        given.Box.Alarms.Raise("disk-full", AlarmSeverity.Critical, "DISK_FULL", "The disk is full: remove something.");

        var expected = new Alarm("disk-full", AlarmSeverity.Critical, "DISK_FULL", "The disk is full: remove something.", given.Time.Epoch.AddSeconds(3));
        Assert.Equal(expected, given.Box.Alarms.Find("disk-full"));
        Assert.Equal([expected], given.Box.Alarms.Raised);
    }

    [Fact]
    public async Task Raised_again_it_is_the_same_alarm_which_may_have_got_worse_but_began_when_it_began()
    {
        await using var given = new GivenBox();
        given.Box.Alarms.Raise("disk-full", AlarmSeverity.Warning, "DISK_LOW", "90 %");
        given.Time.Advance(TimeSpan.FromMinutes(5));

        given.Box.Alarms.Raise("disk-full", AlarmSeverity.Critical, "DISK_FULL", "100 %");

        Assert.Equal([new Alarm("disk-full", AlarmSeverity.Critical, "DISK_FULL", "100 %", given.Time.Epoch)], given.Box.Alarms.Raised);
    }

    [Fact]
    public async Task A_cleared_alarm_is_gone_and_begins_anew_when_raised_again()
    {
        await using var given = new GivenBox();
        given.Box.Alarms.Raise("disk-full", AlarmSeverity.Warning, "DISK_LOW", "90 %");

        given.Box.Alarms.Clear("disk-full");
        Assert.Null(given.Box.Alarms.Find("disk-full"));
        Assert.Empty(given.Box.Alarms.Raised);
        given.Time.Advance(TimeSpan.FromMinutes(5));
        given.Box.Alarms.Raise("disk-full", AlarmSeverity.Warning, "DISK_LOW", "91 %");

        Assert.Equal(given.Time.Epoch.AddMinutes(5), given.Box.Alarms.Find("disk-full")!.Since);
    }

    [Fact]
    public async Task Observers_are_told_of_every_change_and_of_nothing_else()
    {
        await using var given = new GivenBox();
        var observer = new AlarmObserver();
        given.Box.AddObserver(observer);

        given.Box.Alarms.Clear("never-raised");
        given.Box.Alarms.Raise("one", AlarmSeverity.Warning, "ONE", "one");
        given.Box.Alarms.Raise("two", AlarmSeverity.Error, "TWO", "two");
        given.Box.Alarms.Clear("one");
        given.Box.Alarms.Clear("one");

        Assert.Equal(["one", "two", "one"], observer.Seen);
    }

    [Fact]
    public async Task An_alarm_raised_again_without_news_is_told_to_nobody()
    {
        await using var given = new GivenBox();
        var observer = new AlarmObserver();
        given.Box.AddObserver(observer);

        for (var time = 0; time < 3; time++)
            given.Box.Alarms.Raise("one", AlarmSeverity.Warning, "ONE", "one");

        Assert.Equal(["one"], observer.Seen);
    }

    [Fact]
    public async Task Whoever_has_acknowledged_an_alarm_must_look_again_when_it_is_raised_again()
    {
        await using var given = new GivenBox();
        given.Box.Alarms.Raise("one", AlarmSeverity.Warning, "ONE", "one");
        var observer = new AlarmObserver();
        given.Box.AddObserver(observer);

        Assert.Equal("alice", given.Box.Alarms.Acknowledge("one", "alice").Acknowledged!.By);
        Assert.Equal("bob", given.Box.Alarms.Acknowledge("one", "bob").Acknowledged!.By);
        given.Box.Alarms.Raise("one", AlarmSeverity.Warning, "ONE", "one");

        Assert.Null(given.Box.Alarms.Find("one")!.Acknowledged);
        Assert.Equal(given.Time.Epoch, given.Box.Alarms.Find("one")!.Since);
        Assert.Equal(["one", "one", "one"], observer.Seen);
        given.Box.Alarms.Clear("one");
        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(() => given.Box.Alarms.Acknowledge("one", "alice")).Code);
    }

    [Fact]
    public async Task The_worst_alarm_is_the_oldest_of_the_most_severe()
    {
        await using var given = new GivenBox();
        Assert.Null(given.Box.Alarms.Worst);
        void Raise(string id, AlarmSeverity severity)
        {
            given.Time.Advance(TimeSpan.FromSeconds(1));
            given.Box.Alarms.Raise(id, severity, "CODE", "text");
        }

        Raise("warning", AlarmSeverity.Warning);
        Raise("second", AlarmSeverity.Error);
        Raise("first", AlarmSeverity.Error);
        Assert.Equal("second", given.Box.Alarms.Worst!.Id);
        Raise("warning", AlarmSeverity.Critical);
        Assert.Equal("warning", given.Box.Alarms.Worst!.Id);
        given.Box.Alarms.Clear("warning");
        given.Box.Alarms.Clear("second");
        Assert.Equal("first", given.Box.Alarms.Worst!.Id);
        given.Box.Alarms.Clear("first");
        Assert.Null(given.Box.Alarms.Worst);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Disk")]
    [InlineData("disk/full")]
    [InlineData("_disk")]
    public async Task An_id_that_could_not_be_a_level_of_a_topic_is_refused(string id)
    {
        await using var given = new GivenBox();

        var error = Assert.Throws<QmiException>(() => given.Box.Alarms.Raise(id, AlarmSeverity.Warning, "CODE", "text"));

        Assert.Equal($"\"{id}\" is no alarm id: use 1 to 127 lower-case letters, digits, '_' and '-', beginning with a letter or digit.", error.Message);
        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    [Trait("rule", "TASK-6")]
    [Trait("rule", "TASK-12")]
    public async Task The_failure_of_a_task_with_the_longest_name_is_an_alarm_and_reaches_whoever_joins()
    {
        await using var given = new GivenBox();
        var name = new string('n', ObjectName.MaxLength);
        var task = given.Task(_ => throw new InvalidOperationException("broken"), name);

        task.Start();
        var failure = await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));

        Assert.Equal("broken", failure.InnerException!.Message);
        Assert.Equal("TASK_FAILED", given.Box.Alarms.Find("task-" + name)!.Code);
    }

    [Fact]
    [Trait("rule", "TASK-2")]
    public async Task A_task_that_was_never_made_leaves_no_alarm()
    {
        await using var given = new GivenBox();

        Assert.Throws<TaskInitException>(() => given.Box.AddTask(TestTypes.Task, "task", _ => throw new InvalidOperationException("broken")));

        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    public async Task The_alarm_of_a_task_goes_with_the_task()
    {
        await using var given = new GivenBox();
        var task = given.Task(_ => throw new InvalidOperationException("broken"));
        task.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => task.JoinAsync().WaitAsync(GivenBox.Patience));
        Assert.NotNull(given.Box.Alarms.Find("task-task"));

        await given.Box.RemoveAsync("task").WaitAsync(GivenBox.Patience);

        Assert.Empty(given.Box.Alarms.Raised);
    }

    [Fact]
    public async Task A_task_with_the_name_of_anothers_trouble_keeps_its_own_alarm()
    {
        await using var given = new GivenBox();
        given.Task(_ => { }, "a").Start();
        var other = given.Task(_ => throw new InvalidOperationException("broken"), "a-hung");
        other.Start();
        await Assert.ThrowsAsync<TaskRunException>(() => other.JoinAsync().WaitAsync(GivenBox.Patience));

        // Whoever looks for hung tasks finds that "a" does not hang.
        given.Time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("TASK_FAILED", Assert.Single(given.Box.Alarms.Raised).Code);
    }

    private sealed class AlarmObserver : IBoxObserver
    {
        public List<string> Seen { get; } = [];

        public void OnAdded(RpcObject target)
        {
        }

        public void OnRemoved(RpcObject target)
        {
        }

        public void OnChanged(RpcObject target, ObjectAspect aspect)
        {
        }

        public void OnAlarm(string id) => Seen.Add(id);
    }
}
