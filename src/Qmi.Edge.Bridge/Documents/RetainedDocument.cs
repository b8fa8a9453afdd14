using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// One retained topic of the box. What the broker keeps is only a copy: the document is written anew from the box whenever it changed
/// and on every connect.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="interval">Shortest time between two publications, for what changes faster than anybody reads.</param>
/// <param name="write">Writes it, given its sequence number; what writes nothing is empty, and the broker forgets it.</param>
/// <param name="isRefreshed">It is published from time to time though it has not changed, for readers who take silence for death.</param>
internal sealed class RetainedDocument(string topic, TimeSpan interval, Action<Utf8JsonWriter, long> write, bool isRefreshed)
{
    private readonly byte[] _topic = Encoding.UTF8.GetBytes(topic);
    private readonly long _interval = MonotonicTime.ToNanoseconds(interval);
    private volatile bool _isRemoved;
    private int _isDirty;
    private int _isQueued;
    private int _isResting;

    /// <summary>The topic.</summary>
    public string Topic { get; } = topic;

    /// <summary>Whether it is published from time to time though it has not changed.</summary>
    public bool IsRefreshed => isRefreshed;

    /// <summary>Whether nobody looks after it any more: it is cleared once more, and then forgotten.</summary>
    public bool IsRemoved => _isRemoved;

    /// <summary>Whether what was published last was empty.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Whether it has changed since it was published.</summary>
    public bool IsDirty => Volatile.Read(ref _isDirty) != 0;

    /// <summary>The next in the queue of a <see cref="DocumentBoard"/>.</summary>
    internal RetainedDocument? Next { get; set; }

    /// <summary>When its rest ends, monotonic nanoseconds. Only for the worker.</summary>
    internal long RestsUntil { get; set; }

    /// <summary>
    /// Notes a change. From any thread; never blocks, never allocates.
    /// </summary>
    /// <returns>True when it must be queued: while it rests it need not, since it is looked at when its rest ends.</returns>
    internal bool Touch()
    {
        // Whoever sets it to dirty sees to it that it is looked at; all others have nothing to do.
        if (Volatile.Read(ref _isDirty) != 0 || Interlocked.Exchange(ref _isDirty, 1) != 0)
            return false;
        return Volatile.Read(ref _isResting) == 0 && Interlocked.Exchange(ref _isQueued, 1) == 0;
    }

    /// <summary>As <see cref="Touch"/>, and this change does not wait for the end of the rest.</summary>
    /// <returns>True when it must be queued.</returns>
    internal bool TouchUrgently()
    {
        Interlocked.Exchange(ref _isDirty, 1);
        return Interlocked.Exchange(ref _isQueued, 1) == 0;
    }

    /// <summary>Nobody looks after it any more.</summary>
    /// <returns>True when it must be queued, at rest or not: its topic may be given to another document at once, and must be cleared before.</returns>
    internal bool Remove()
    {
        _isRemoved = true;
        Interlocked.Exchange(ref _isDirty, 1);
        return Interlocked.Exchange(ref _isQueued, 1) == 0;
    }

    /// <summary>It was taken from the queue; only then may <see cref="IsDirty"/> be looked at, or a change could be missed.</summary>
    internal void Unqueue() => Interlocked.Exchange(ref _isQueued, 0);

    /// <summary>Begins its rest.</summary>
    /// <returns>False when it rests already, or need not.</returns>
    internal bool Rest(long now)
    {
        if (_interval == 0)
            return false;
        RestsUntil = now + _interval;
        return Interlocked.Exchange(ref _isResting, 1) == 0;
    }

    /// <summary>Ends its rest; only then may <see cref="IsDirty"/> be looked at. Whoever touches it at the same time does it the other way round, so that one of the two sees the other.</summary>
    internal void Wake() => Interlocked.Exchange(ref _isResting, 0);

    /// <summary>Publishes it as it is.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="sequence">The number of the publication.</param>
    /// <returns>False when the connection did not take it: then it counts as changed, and whoever calls sees to it that it is looked at again.</returns>
    internal bool Publish(IMqttConnection connection, long sequence)
    {
        // Before it is written: a change during the writing makes it dirty again.
        Interlocked.Exchange(ref _isDirty, 0);
        using var buffer = JsonBuffer.Rent();
        if (!_isRemoved)
            write(buffer.Writer, sequence);
        var json = buffer.Written.Span;
        if (!connection.TryPublishRetained(_topic, json))
        {
            Interlocked.Exchange(ref _isDirty, 1);
            return false;
        }

        IsEmpty = json.IsEmpty;
        return true;
    }
}
