namespace Qmi.Edge.Runtime.Tests;

public sealed class FolderDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qmi-state-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Files_are_written_renamed_listed_and_deleted()
    {
        using var disk = new FolderDisk(_folder);
        disk.Write("settings/a", "one"u8);
        disk.Write("settings/b", "two"u8);
        disk.Rename("settings/b", "settings/a");
        disk.FlushFolder("settings");

        Assert.Equal("two"u8.ToArray(), disk.Read("settings/a"));
        Assert.Equal(["a"], disk.List("settings"));
        Assert.Null(disk.Read("settings/b"));
        Assert.Empty(disk.List("nowhere"));
        disk.Delete("settings/a");
        disk.Delete("nowhere/a");
        Assert.Empty(disk.List("settings"));
    }

    [Fact]
    public void A_file_written_in_place_keeps_its_room_and_its_bytes()
    {
        using var disk = new FolderDisk(_folder);
        using (var file = disk.Open("journal/0", 100_000))
        {
            file.Write(50_000, "hello"u8);
            file.Flush();
        }

        using var again = disk.Open("journal/0", 100_000);
        var bytes = new byte[6];
        again.Read(50_000, bytes);
        Assert.Equal("hello\0"u8, bytes);
        Assert.Equal(100_000, again.Size);
    }

    [Fact]
    public void Two_boxes_cannot_share_a_folder()
    {
        using var disk = new FolderDisk(_folder);

        var refusal = Assert.Throws<IOException>(() => new FolderDisk(_folder));

        Assert.Contains("does another box use it", refusal.Message);
    }

    [Fact]
    public void Only_the_owner_may_look_into_it()
    {
        var inner = Path.Combine(_folder, "state");
        using var disk = new FolderDisk(inner);
        disk.Write("settings/a", "secret"u8);

        Assert.Equal("rwx------", Mode(inner));
        Assert.Equal("rwx------", Mode(Path.Combine(inner, "settings")));
        Assert.Equal("rw-------", Mode(Path.Combine(inner, "settings", "a")));

        static string Mode(string path)
        {
            if (OperatingSystem.IsWindows())
                throw new PlatformNotSupportedException();
            var mode = (int)File.GetUnixFileMode(path);
            return string.Concat("rwxrwxrwx".Select((letter, index) => ((mode >> (8 - index)) & 1) == 1 ? letter : '-'));
        }
    }

    [Fact]
    public async Task A_save_is_done_once_for_all_who_wait_for_it_and_a_failure_is_told_to_each()
    {
        using var writer = new StateWriter(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var gate = new ManualResetEventSlim();
        var (saves, fails) = (0, false);
        var save = new BackgroundSave(writer, "things", () =>
        {
            gate.Wait(GivenBox.Patience);
            saves++;
            if (fails)
                throw new IOException("No space left on device");
        });

        var first = save.RequestAsync();
        Assert.True(SpinWait.SpinUntil(() => save.RequestAsync() != first, GivenBox.Patience));
        var waiting = Enumerable.Range(0, 10).Select(_ => save.RequestAsync()).ToArray();
        gate.Set();
        await Task.WhenAll([first, .. waiting]).WaitAsync(GivenBox.Patience);
        Assert.Equal(2, saves);

        fails = true;
        var refusal = await Assert.ThrowsAsync<QmiException>(() => save.RequestAsync().WaitAsync(GivenBox.Patience));
        Assert.Equal((ErrorCode.Busy, "STORAGE", Executed.No), (refusal.Code, refusal.Details["code"], refusal.Executed));
    }

    [Fact]
    public void Whoever_only_sends_an_answer_goes_on_in_the_thread_that_saved_and_all_others_do_not()
    {
        using var writer = new StateWriter(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var gate = new ManualResetEventSlim();
        using var told = new CountdownEvent(2);
        var (saver, inline, other) = ((Thread?)null, (Thread?)null, (Thread?)null);
        var save = new BackgroundSave(writer, "things", () =>
        {
            gate.Wait(GivenBox.Patience);
            saver = Thread.CurrentThread;
        });

        _ = TellAsync(save.RequestAsync(isAnsweredInline: true), thread => inline = thread);
        _ = TellAsync(save.RequestAsync(), thread => other = thread);
        gate.Set();

        // Not awaited: this too would go on in the writer's thread, and wait there for its end.
        Assert.True(told.Wait(GivenBox.Patience));
        Assert.Same(saver, inline);
        Assert.NotSame(saver, other);

        async Task TellAsync(Task saved, Action<Thread> tell)
        {
            await saved.ConfigureAwait(false);
            tell(Thread.CurrentThread);
            told.Signal();
        }
    }
}
