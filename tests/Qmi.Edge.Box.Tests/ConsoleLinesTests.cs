using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

public class ConsoleLinesTests
{
    [Theory]
    [InlineData(LogLevel.Trace, "trace", 7)]
    [InlineData(LogLevel.Debug, "debug", 7)]
    [InlineData(LogLevel.Information, "info ", 6)]
    [InlineData(LogLevel.Warning, "warn ", 4)]
    [InlineData(LogLevel.Error, "error", 3)]
    [InlineData(LogLevel.Critical, "crit ", 2)]
    public void A_line_says_when_how_bad_who_and_what(LogLevel level, string name, int priority)
    {
        Assert.Equal($"2026-01-01T00:00:01.500Z {name} thermostat[7]: Holding 295 K\n", Line(level, "Qmi.Edge.thermostat", "Holding 295 K"));
        Assert.Equal($"<{priority}>thermostat[7]: Holding 295 K\n", Line(level, "Qmi.Edge.thermostat", "Holding 295 K", forJournal: true));
    }

    [Fact]
    public void The_category_of_somebody_else_stays_whole() =>
        Assert.EndsWith(" info  Lab.Laser[7]: On\n", Line(LogLevel.Information, "Lab.Laser", "On"));

    [Fact]
    public void An_error_of_ours_is_its_message_once_and_no_stack()
    {
        var error = Thrown(new QmiException(ErrorCode.WrongState, "Instrument a is closed: open it first.", new InvalidOperationException("inner")));

        Assert.EndsWith(": Failed in Iteration: Instrument a is closed: open it first.\n", Line(LogLevel.Error, "Qmi.Edge.a", "Failed in Iteration", error));
        Assert.EndsWith(": Because Instrument a is closed: open it first.\n", Line(LogLevel.Error, "Qmi.Edge.a", "Because Instrument a is closed: open it first.", error));
    }

    [Fact]
    public void What_the_programmers_code_throws_is_shown_with_its_place_below_the_line()
    {
        var lines = Line(LogLevel.Error, "Qmi.Edge.a", "Failed in Iteration", Thrown(new InvalidOperationException("Out of helium."))).Split('\n');

        Assert.EndsWith(" error a[7]: Failed in Iteration", lines[0]);
        Assert.Equal("    System.InvalidOperationException: Out of helium.", lines[1]);
        Assert.StartsWith("       at Qmi.Edge.Box.Tests.ConsoleLinesTests.Thrown(", lines[2]);
    }

    [Fact]
    public void It_is_found_also_inside_an_error_that_only_tells_that_it_was_thrown()
    {
        var error = new QmiException(ErrorCode.TaskError, "Task a failed in iteration: Out of helium.", Thrown(new InvalidOperationException("Out of helium.")));

        Assert.Contains("\n    System.InvalidOperationException: Out of helium.\n       at ", Line(LogLevel.Error, "Qmi.Edge.a", "Failed", error));
    }

    [Fact]
    public void In_the_journal_every_line_has_its_severity()
    {
        var lines = Line(LogLevel.Error, "Qmi.Edge.a", "one\r\ntwo", Thrown(new InvalidOperationException("three")), forJournal: true).TrimEnd('\n').Split('\n');

        Assert.Equal(["<3>a[7]: one", "<3>two", "<3>System.InvalidOperationException: three"], lines[..3]);
        Assert.All(lines, line => Assert.StartsWith("<3>", line));
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }

    private static string Line(LogLevel level, string category, string message, Exception? exception = null, bool forJournal = false)
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromSeconds(1.5));
        using var writer = new StringWriter();
        new ConsoleLines(forJournal, time).Write(new LogEntry<string>(level, category, 7, message, exception, static (state, _) => state), null, writer);
        return writer.ToString();
    }
}
