using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// The retained documents of the box, and which of them have changed: looking costs only for those. A document with an interval rests after
/// it was published; whatever changes it meanwhile wakes nobody.
/// </summary>
/// <param name="wake">Wakes the worker.</param>
/// <param name="ledger">Where their topics are written down.</param>
internal sealed class DocumentBoard(Action wake, TopicLedger ledger)
{
    // Rests end together on this grid: a hundred busy tasks wake the worker fifty times in a second, not five hundred times.
    private const long Grid = 20 * MonotonicTime.Millisecond;

    private readonly Lock _gate = new();
    private readonly List<RetainedDocument> _all = [];
    private readonly Queue<RetainedDocument> _due = new();
    private readonly PriorityQueue<RetainedDocument, long> _resting = new();
    private RetainedDocument? _changed;
    private long _sequence;

    /// <summary>Adds a document that is published soon. From any thread.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="interval">Shortest time between two publications.</param>
    /// <param name="write">Writes it, given its sequence number; what writes nothing is empty.</param>
    /// <param name="isRefreshed">Whether <see cref="Refresh"/> is for it, too.</param>
    public RetainedDocument Add(string topic, TimeSpan interval, Action<Utf8JsonWriter, long> write, bool isRefreshed = false)
    {
        var document = new RetainedDocument(topic, interval, write, isRefreshed);
        ledger.Announce(topic);
        lock (_gate)
            _all.Add(document);
        Touch(document);
        return document;
    }

    /// <summary>Notes that a document has changed. From any thread; never blocks, never allocates.</summary>
    public void Touch(RetainedDocument document)
    {
        if (document.Touch())
            Enqueue(document);
    }

    /// <summary>Notes that a document has changed in a way that is to be seen at once, whatever its interval. From any thread; never blocks, never allocates.</summary>
    public void TouchUrgently(RetainedDocument document)
    {
        if (document.TouchUrgently())
            Enqueue(document);
    }

    /// <summary>Publishes those soon that are to be heard from time to time. From any thread.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            foreach (var document in _all.Where(document => document.IsRefreshed))
                Touch(document);
        }
    }

    /// <summary>Makes the broker forget a document. From any thread.</summary>
    public void Remove(RetainedDocument document)
    {
        lock (_gate)
            _all.Remove(document);
        if (document.Remove())
            Enqueue(document);
    }

    /// <summary>What a broker must be told that may know nothing: first what is to be forgotten, then everything that there is.</summary>
    public IReadOnlyList<RetainedDocument> Describe()
    {
        Collect(long.MinValue);
        var forgotten = _due.Where(document => document.IsRemoved && document.IsDirty).ToList();
        _due.Clear();
        lock (_gate)
            return [.. forgotten, .. _all.Where(document => !document.IsEmpty || document.IsDirty)];
    }

    /// <summary>Publishes what changed and whose time has come.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="next">Lowered to the time at which it must be looked at again.</param>
    /// <returns>False when the connection did not take it all: try again later.</returns>
    public bool Flush(IMqttConnection connection, long now, ref long next)
    {
        Collect(now);
        while (_due.TryPeek(out var document))
        {
            if (document.IsDirty && !Publish(document, connection, now))
                return false;
            _due.Dequeue();
        }

        if (_resting.TryPeek(out _, out var first))
            next = Math.Min(next, first);
        return true;
    }

    /// <summary>Publishes a document whether it changed or not.</summary>
    /// <returns>As <see cref="Flush"/>.</returns>
    public bool Publish(RetainedDocument document, IMqttConnection connection, long now)
    {
        if (!document.Publish(connection, ++_sequence))
            return false;
        if (document.Rest(now))
            _resting.Enqueue(document, ToGrid(document.RestsUntil));
        return true;
    }

    /// <summary>Publishes what changed, whether its time has come or not: there will be no other.</summary>
    public void FlushLast(IMqttConnection connection)
    {
        Collect(long.MaxValue);
        foreach (var document in _due)
        {
            if (document.IsDirty)
                document.Publish(connection, ++_sequence);
        }

        _due.Clear();
    }

    private void Enqueue(RetainedDocument document)
    {
        do
        {
            document.Next = Volatile.Read(ref _changed);
        }
        while (Interlocked.CompareExchange(ref _changed, document, document.Next) != document.Next);
        wake();
    }

    /// <summary>Moves what changed, and what has rested long enough, to what is due.</summary>
    private void Collect(long now)
    {
        for (var document = TakeChanged(); document is not null;)
        {
            var next = document.Next;
            document.Next = null;
            document.Unqueue();
            _due.Enqueue(document);
            document = next;
        }

        while (_resting.TryPeek(out var document, out var due) && due <= now)
        {
            _resting.Dequeue();
            if (document.RestsUntil > now)
            {
                // Published again during its rest, by a birth.
                _resting.Enqueue(document, ToGrid(document.RestsUntil));
                continue;
            }

            document.Wake();
            if (document.IsDirty)
                _due.Enqueue(document);
        }
    }

    // The queue is a stack, newest first; what changed first goes first, above all where one topic has had two documents.
    private RetainedDocument? TakeChanged()
    {
        RetainedDocument? first = null;
        for (var document = Interlocked.Exchange(ref _changed, null); document is not null;)
        {
            var older = document.Next;
            document.Next = first;
            first = document;
            document = older;
        }

        return first;
    }

    private static long ToGrid(long time) => (time + Grid - 1) / Grid * Grid;
}
