using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime.Tests;

public sealed class JsonLinesAuditLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qmi-audit-");
    private readonly RecordingLog _log = new();

    private string FilePath => Path.Combine(_folder.FullName, "audit.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    [Trait("rule", "AUDIT-1")]
    public async Task An_entry_is_one_line_with_who_when_what_and_what_came_of_it()
    {
        await Write(new AuditEntry
        {
            At = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 8, TimeSpan.FromHours(1)),
            Caller = "alice",
            Object = "thermostat",
            Action = "set_settings",
            RequestId = "r-1",
            Old = """{"setpoint":295}""",
            New = """{"setpoint":500}""",
            Error = "/setpoint is 500 K, the largest allowed is 400 K.",
        });

        Assert.Equal(
            """{"at":"2026-03-04T04:06:07.008000Z","caller":"alice","object":"thermostat","action":"set_settings","id":"r-1","old":{"setpoint":295},"new":{"setpoint":500},"error":"/setpoint is 500 K, the largest allowed is 400 K."}""" + "\n",
            await File.ReadAllTextAsync(FilePath));
    }

    [Fact]
    public async Task What_an_entry_does_not_have_is_not_written()
    {
        await Write(Entry("stop"));

        Assert.Equal("""{"at":"2026-01-01T00:00:00.000000Z","caller":"_local","object":"thermostat","action":"stop"}""" + "\n", await File.ReadAllTextAsync(FilePath));
    }

    [Fact]
    public async Task Text_that_would_break_a_line_is_escaped_and_stays_readable()
    {
        await Write(Entry("a\nb\"c é"));

        Assert.EndsWith(@"""action"":""a\nb\""c é""}", Assert.Single(await File.ReadAllLinesAsync(FilePath)));
    }

    [Fact]
    public async Task Entries_keep_their_order_and_the_end_of_the_log_waits_for_all_of_them()
    {
        await using (var log = new JsonLinesAuditLog(FilePath, 1 << 20, _log))
        {
            for (var index = 0; index < 2000; index++)
                log.Write(Entry($"step-{index}"));
        }

        Assert.Equal(Enumerable.Range(0, 2000).Select(index => $"step-{index}"), Actions(FilePath));
    }

    [Fact]
    public async Task A_log_that_is_there_already_is_continued()
    {
        await Write(Entry("first"));
        await Write(Entry("second"));

        Assert.Equal(["first", "second"], Actions(FilePath));
    }

    [Fact]
    public async Task Half_a_line_that_a_power_cut_left_does_not_spoil_the_next_one()
    {
        await File.WriteAllTextAsync(FilePath, """{"at":"2026-01-01T00:00:00.0000""");

        await Write(Entry("first"));

        Assert.Equal(["""{"at":"2026-01-01T00:00:00.0000""", """{"at":"2026-01-01T00:00:00.000000Z","caller":"_local","object":"thermostat","action":"first"}"""], await File.ReadAllLinesAsync(FilePath));
    }

    [Fact]
    public async Task A_full_file_is_turned_over_and_the_one_before_is_kept()
    {
        var entries = Enumerable.Range(0, 30).Select(index => Entry($"step-{index}") with { Error = new string('x', 100) }).ToArray();

        await Write(entries);

        var (older, newer) = (Actions(FilePath + ".1"), Actions(FilePath));
        Assert.Equal(entries.Select(entry => entry.Action), older.Concat(newer));
        Assert.InRange(new FileInfo(FilePath + ".1").Length, 4096 - 250, 4096);
        Assert.InRange(new FileInfo(FilePath).Length, 1, 4096);
        Assert.Equal(2, _folder.GetFiles().Length);
    }

    [Fact]
    public async Task However_much_is_written_no_more_than_twice_the_size_is_used()
    {
        await Write([.. Enumerable.Range(0, 1000).Select(index => Entry($"step-{index}") with { Error = new string('x', 100) })]);

        Assert.InRange(_folder.GetFiles().Sum(file => file.Length), 4097, 2 * 4096);
        Assert.Equal("step-999", Actions(FilePath)[^1]);
    }

    [Fact]
    public async Task An_entry_that_is_larger_than_the_file_may_be_is_written_all_the_same()
    {
        await Write(Entry("small"), Entry("huge") with { Error = new string('x', 10_000) }, Entry("after"));

        Assert.Equal(["huge"], Actions(FilePath + ".1"));
        Assert.Equal(["after"], Actions(FilePath));
    }

    [Fact]
    public async Task While_the_disk_refuses_entries_are_counted_and_the_next_one_that_is_written_tells_how_many()
    {
        var folder = Path.Combine(_folder.FullName, "later");
        await using var log = new JsonLinesAuditLog(Path.Combine(folder, "audit.jsonl"), 4096, _log);

        log.Write(Entry("one"));
        log.Write(Entry("two"));
        await Until(() => log.Lost == 2);
        Directory.CreateDirectory(folder);
        log.Write(Entry("three"));
        log.Write(Entry("four"));
        await log.DisposeAsync();

        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "audit.jsonl"));
        Assert.Equal(2, lines.Length);
        Assert.EndsWith(@"""three"",""lost_before"":2}", lines[0]);
        Assert.DoesNotContain("lost_before", lines[1]);
        var reported = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Error, reported.Level);
        Assert.Equal($"The audit log {folder}/audit.jsonl could not be written; entries lost so far: 1", reported.Text);
    }

    [Fact]
    public async Task Each_new_trouble_with_the_disk_is_reported_once_and_then_every_hundredth_entry()
    {
        var folder = Path.Combine(_folder.FullName, "later");
        await using var log = new JsonLinesAuditLog(Path.Combine(folder, "audit.jsonl"), 4096, _log);

        for (var index = 0; index < 150; index++)
            log.Write(Entry("lost"));
        // It is counted first, and reported then.
        await Until(() => log.Lost == 150 && _log.Lines.Count >= 2);
        Assert.Equal(2, _log.Lines.Count);
        Directory.CreateDirectory(folder);
        log.Write(Entry("written"));
        await Until(() => File.Exists(Path.Combine(folder, "audit.jsonl")) && new FileInfo(Path.Combine(folder, "audit.jsonl")).Length > 0);
        Directory.Delete(folder, recursive: true);
        log.Write(Entry("lost again"));
        await Until(() => log.Lost == 151 && _log.Lines.Count >= 3);

        Assert.Equal(3, _log.Lines.Count);
    }

    [Fact]
    public async Task A_file_that_cannot_be_turned_over_costs_entries_but_not_the_log()
    {
        Directory.CreateDirectory(FilePath + ".1");
        await File.WriteAllTextAsync(FilePath, new string('x', 4096) + "\n");
        await using var log = new JsonLinesAuditLog(FilePath, 4096, _log);

        log.Write(Entry("lost"));
        log.Write(Entry("lost as well"));
        await Until(() => log.Lost == 2);
        Directory.Delete(FilePath + ".1");
        log.Write(Entry("written"));
        await log.DisposeAsync();

        Assert.Equal(["written"], Actions(FilePath));
        Assert.Equal(2, log.Lost);
    }

    [Fact]
    public async Task A_full_disk_costs_entries_but_neither_the_log_nor_its_end()
    {
        // A device that is always full.
        var log = new JsonLinesAuditLog("/dev/full", 4096, _log);

        log.Write(Entry("one"));
        log.Write(Entry("two"));
        await log.DisposeAsync();

        Assert.Equal(2, log.Lost);
        Assert.Contains("No space left", Assert.Single(_log.Lines).Exception!.Message);
    }

    [Fact]
    public async Task A_file_that_somebody_takes_away_is_made_anew()
    {
        await using var log = new JsonLinesAuditLog(FilePath, 4096, _log);
        log.Write(Entry("first"));
        await Until(() => File.Exists(FilePath) && new FileInfo(FilePath).Length > 0);

        File.Move(FilePath, FilePath + ".taken");
        log.Write(Entry("second"));
        await log.DisposeAsync();

        Assert.Equal(["first"], Actions(FilePath + ".taken"));
        Assert.Equal(["second"], Actions(FilePath));
    }

    [Fact]
    public async Task What_comes_after_the_end_is_counted_as_lost()
    {
        var log = new JsonLinesAuditLog(FilePath, 4096, _log);
        await log.DisposeAsync();

        log.Write(Entry("late"));
        await log.DisposeAsync();

        Assert.Equal(1, log.Lost);
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void A_size_that_could_not_hold_a_few_entries_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonLinesAuditLog(FilePath, 4095, _log));

    private static AuditEntry Entry(string action) =>
        new() { At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Caller = "_local", Object = "thermostat", Action = action };

    private static string[] Actions(string path) =>
        [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("action").GetString()!)];

    private static async Task Until(Func<bool> condition) =>
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(condition, GivenBox.Patience)), "What must happen did not happen in time.");

    private async Task Write(params AuditEntry[] entries)
    {
        await using var log = new JsonLinesAuditLog(FilePath, 4096, _log);
        foreach (var entry in entries)
            log.Write(entry);
    }
}
