using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>Writes audit entries to a file, one JSON object a line. When the file is full it becomes <c>.1</c>, and the older one goes.</summary>
public sealed partial class JsonLinesAuditLog : IAuditLog, IAsyncDisposable
{
    // Entries that wait for a slow disk; beyond that they are counted, and the count is written.
    private const int Capacity = 4096;

    private readonly Channel<AuditEntry> _entries = Channel.CreateBounded<AuditEntry>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly LineFile _file;
    private readonly ILogger _logger;
    private readonly Task _writing;
    private long _lost;

    /// <summary>Appends to a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="maxBytes">How large it may become, at least 4 096 bytes; only an entry that is larger itself makes it larger. Twice as much disk is used.</param>
    /// <param name="logger">Where trouble with the disk is reported.</param>
    public JsonLinesAuditLog(string path, long maxBytes, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 4096);
        (_file, _logger) = (new LineFile(path, maxBytes), logger);
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>How many entries could not be written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <inheritdoc />
    public void Write(AuditEntry entry)
    {
        if (!_entries.Writer.TryWrite(entry))
            Interlocked.Increment(ref _lost);
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private async Task WriteAllAsync()
    {
        var (reported, isFailing) = (0L, false);
        await foreach (var entry in _entries.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                var lost = Lost;
                _file.Append(ToLine(entry, lost - reported));
                (reported, isFailing) = (lost, false);
            }
            catch (Exception exception)
            {
                // Whatever it was: an entry that cannot be written must not silence those after it.
                var lost = Interlocked.Increment(ref _lost);
                if (!isFailing || lost % 100 == 0)
                    LogWriteFailed(_logger, _file.Path, lost, exception);
                isFailing = true;
            }
        }

        _file.Dispose();
    }

    private static byte[] ToLine(AuditEntry entry, long lost)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonStyle.Writing))
        {
            writer.WriteStartObject();
            writer.WriteTimestamp("at"u8, entry.At);
            writer.WriteString("caller"u8, entry.Caller);
            writer.WriteString("object"u8, entry.Object);
            writer.WriteString("action"u8, entry.Action);
            WriteText(writer, "id"u8, entry.RequestId);
            WriteJson(writer, "old"u8, entry.Old);
            WriteJson(writer, "new"u8, entry.New);
            WriteText(writer, "error"u8, entry.Error);
            if (lost > 0)
                writer.WriteNumber("lost_before"u8, lost);
            writer.WriteEndObject();
        }

        stream.Write("\n"u8);
        return stream.ToArray();
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
            writer.WriteString(name, text);
    }

    private static void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? json)
    {
        if (json is null)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(Encoding.UTF8.GetBytes(json));
    }

    [LoggerMessage(1501, LogLevel.Error, "The audit log {Path} could not be written; entries lost so far: {Lost}")]
    private static partial void LogWriteFailed(ILogger logger, string path, long lost, Exception exception);
}
