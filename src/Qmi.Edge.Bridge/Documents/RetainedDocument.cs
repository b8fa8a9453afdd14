using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// One retained topic of the box. What the broker keeps is only a copy: the document is written anew from the box whenever it changed
/// and on every connect.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="interval">Shortest time between two publications.</param>
/// <param name="write">Writes it.</param>
/// <param name="longest">Longest time between two publications, for readers who take silence for death; null = it is published when it changed.</param>
internal sealed class RetainedDocument(string topic, TimeSpan interval, Action<Utf8JsonWriter>? write, TimeSpan? longest = null) : IDocument
{
    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topic);
    private readonly long _interval = MonotonicTime.ToNanoseconds(interval);
    private readonly long? _longest = longest is { } most ? MonotonicTime.ToNanoseconds(most) : null;
    private Action<Utf8JsonWriter>? _write = write;
    private int _isDirty = 1;
    private int _isUrgent;
    private long _published = long.MinValue;

    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>How often it was published.</summary>
    public long Sequence { get; private set; }

    /// <summary>Notes that it changed; true when that was not known yet. From any thread; never blocks.</summary>
    public bool MarkDirty() => Volatile.Read(ref _isDirty) == 0 && Interlocked.Exchange(ref _isDirty, 1) == 0;

    /// <summary>As <see cref="MarkDirty"/>, and this change does not wait for the interval.</summary>
    public bool MarkUrgent()
    {
        MarkDirty();
        return Volatile.Read(ref _isUrgent) == 0 && Interlocked.Exchange(ref _isUrgent, 1) == 0;
    }

    /// <summary>Makes the broker forget it: it is empty from now on.</summary>
    public void Clear()
    {
        _write = null;
        MarkDirty();
    }

    /// <inheritdoc />
    public bool Flush(IMqttConnection connection, long now, ref long next)
    {
        var isDirty = Volatile.Read(ref _isDirty) != 0;
        if (!isDirty && (_longest is null || _write is null))
            return true;
        var due = _published == long.MinValue || Volatile.Read(ref _isUrgent) != 0 ? now : _published + (isDirty ? _interval : _longest!.Value);
        if (due > now)
        {
            next = Math.Min(next, due);
            return true;
        }

        return Publish(connection, now);
    }

    /// <inheritdoc />
    public bool Publish(IMqttConnection connection, long now)
    {
        // Cleared before it is written: a change during the writing makes it dirty again.
        Interlocked.Exchange(ref _isUrgent, 0);
        Interlocked.Exchange(ref _isDirty, 0);
        using var buffer = JsonBuffer.Rent();
        Sequence++;
        _write?.Invoke(buffer.Writer);
        if (!connection.TryPublishRetained(_topic, buffer.Written.Span))
        {
            Volatile.Write(ref _isUrgent, 1);
            Volatile.Write(ref _isDirty, 1);
            return false;
        }

        _published = now;
        return true;
    }
}
