using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Log lines on their way to MQTT: a few at once and then ten a second. Of more, the oldest that wait are given up, and the next one that
/// goes out says how many. Whoever logs never waits.
/// </summary>
internal sealed class LogFeed : ILoggerProvider
{
    private const int MostWaiting = 64;
    private const double Burst = 20;
    private const double LinesPerSecond = 10;
    private const int MostCauses = 8;
    private const int LongestText = 2048;

    private readonly Lock _gate = new();
    private readonly Queue<Line> _waiting = new();
    private readonly EdgeBox _box;
    private readonly LogLevel _level;
    private readonly Action _wake;
    private readonly byte[][] _topics;
    private volatile bool _isOn;
    private double _tokens = Burst;
    private long _filled;
    private long _suppressed;
    private long _sequence;

    public LogFeed(EdgeBox box, Topics topics, LogLevel level, Action wake)
    {
        (_box, _level, _wake) = (box, level, wake);
        _topics = [.. Enum.GetValues<LogLevel>().Select(each => Encoding.UTF8.GetBytes(topics.Log(NameOf(each))))];
        _isOn = level != LogLevel.None;
        _filled = box.TimeProvider.GetNanoseconds();
    }

    /// <summary>Whether any lines are wanted.</summary>
    public bool IsOn => _isOn;

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Takes no more lines.</summary>
    public void Stop() => _isOn = false;

    /// <inheritdoc />
    public void Dispose() => Stop();

    /// <summary>Sends what waits, as far as the rate and the connection allow.</summary>
    public void Flush(IMqttConnection connection, long now, ref long next)
    {
        _tokens = Math.Min(Burst, _tokens + ((now - _filled) * LinesPerSecond / MonotonicTime.Second));
        _filled = now;
        while (TryPeek(out var line, out var suppressed))
        {
            if (_tokens < 1)
            {
                next = Math.Min(next, now + (long)((1 - _tokens) * MonotonicTime.Second / LinesPerSecond) + MonotonicTime.Millisecond);
                return;
            }

            if (!TryPublish(connection, line, suppressed))
                return;
            _tokens--;
            Forget(line, suppressed);
        }
    }

    private static string NameOf(LogLevel level) => level.ToString().ToLowerInvariant();

    private void Add(Line line)
    {
        lock (_gate)
        {
            if (_waiting.Count == MostWaiting)
            {
                _waiting.Dequeue();
                _suppressed++;
            }

            _waiting.Enqueue(line);
        }

        _wake();
    }

    private bool TryPeek(out Line line, out long suppressed)
    {
        lock (_gate)
        {
            suppressed = _suppressed;
            return _waiting.TryPeek(out line!);
        }
    }

    private void Forget(Line line, long suppressed)
    {
        lock (_gate)
        {
            _suppressed -= suppressed;
            // It may have been given up meanwhile, after it was sent.
            if (_waiting.TryPeek(out var oldest) && ReferenceEquals(oldest, line))
                _waiting.Dequeue();
            else
                _suppressed--;
        }
    }

    private bool TryPublish(IMqttConnection connection, Line line, long suppressed)
    {
        using var buffer = JsonBuffer.Rent();
        Write(buffer.Writer, line, suppressed);
        if (!connection.TryPublish(new MqttPublication { Topic = _topics[(int)line.Level], Payload = buffer.Written.Span, PayloadIsUtf8 = true, ContentType = ContentTypes.Json }))
            return false;
        _sequence++;
        return true;
    }

    private void Write(Utf8JsonWriter writer, Line line, long suppressed)
    {
        DocumentHeader.WriteStart(writer, _box, _sequence + 1);
        writer.WriteTimestamp("ts"u8, line.Time);
        writer.WriteString("level"u8, NameOf(line.Level));
        writer.WriteString("source"u8, line.Source);
        writer.WriteNumber("event"u8, line.Event);
        writer.WriteString("text"u8, line.Text.Length > LongestText ? line.Text.AsSpan(0, LongestText) : line.Text);
        if (line.Exception is { } exception)
        {
            // Of what threw and why; where it threw is for those who may look into the box.
            writer.WriteStartArray("errors"u8);
            for (var (cause, count) = ((Exception?)exception, 0); cause is not null && count < MostCauses; (cause, count) = (cause.InnerException, count + 1))
                writer.WriteStringValue($"{cause.GetType().Name}: {cause.Message}");
            writer.WriteEndArray();
        }

        if (suppressed > 0)
            writer.WriteNumber("suppressed"u8, suppressed);
        writer.WriteEndObject();
    }

    private sealed record Line(LogLevel Level, DateTimeOffset Time, string Source, int Event, string Text, Exception? Exception);

    private sealed class Logger(LogFeed feed, string category) : ILogger
    {
        private const string OurCategories = "Qmi.Edge.";

        private readonly bool _isOurOwn = category.StartsWith(DataConnection.LoggerCategory, StringComparison.Ordinal);
        private readonly string _source = category.StartsWith(OurCategories, StringComparison.Ordinal) ? category[OurCategories.Length..] : category;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => feed._isOn && !_isOurOwn && logLevel >= feed._level && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                feed.Add(new Line(logLevel, feed._box.TimeProvider.GetUtcNow(), _source, eventId.Id, formatter(state, exception), exception));
        }
    }
}
