namespace Qmi.Edge.Runtime;

/// <summary>
/// Where a task finds its settings: those in effect, and the one slot for those that wait. What the task does here takes no lock and never
/// waits; <see cref="SettingsKeeper{T}"/> puts in what the disk has.
/// </summary>
internal sealed class SettingsSlot<T>(EdgeBox box, SettingsEntry<T>? reported, long head)
{
    private PushedSettings<T>? _offered;
    private volatile PushedSettings<T>? _incoming;
    private volatile PushedSettings<T>? _adopting;
    private volatile SettingsEntry<T>? _reported = reported;
    private long _head = head;
    private long _epoch;

    /// <summary>The settings in effect; null before there were any.</summary>
    public SettingsEntry<T>? Reported => _reported;

    /// <summary>The newest settings that wait, also those that are not on the disk yet; null when none do.</summary>
    public PushedSettings<T>? Waiting => _incoming ?? Volatile.Read(ref _offered);

    /// <summary>Those that the task is just adopting.</summary>
    public PushedSettings<T>? Adopting => _adopting;

    /// <summary>Those that wait, or that the task is just adopting.</summary>
    public PushedSettings<T>? NotYetInEffect => Waiting ?? _adopting;

    /// <summary>The newest revision given, also to what is not on the disk yet.</summary>
    public long Head => Interlocked.Read(ref _head);

    /// <summary>Rises whenever what is newest has become something else; odd while the task is about to make it so.</summary>
    public long Epoch => Interlocked.Read(ref _epoch);

    /// <summary>Gives the next revision.</summary>
    public long TakeRevision() => Interlocked.Increment(ref _head);

    /// <summary>What is newest has become something else, and can be seen.</summary>
    public void NoteChange() => Interlocked.Add(ref _epoch, 2);

    /// <summary>Whether there is a push that is not on the disk yet.</summary>
    public bool HasIncoming => _incoming is not null;

    /// <summary>The newest push that is not on the disk yet; null when there is none.</summary>
    public void SetIncoming(PushedSettings<T>? incoming) => _incoming = incoming;

    /// <summary>Lets the task have settings.</summary>
    /// <returns>Those that it had not taken yet, which it will not get now.</returns>
    public PushedSettings<T>? Offer(PushedSettings<T>? settings) => Interlocked.Exchange(ref _offered, settings);

    /// <summary>Takes settings out of the slot again; false when the task was faster.</summary>
    public bool TryWithdraw(PushedSettings<T> settings) => ReferenceEquals(Interlocked.CompareExchange(ref _offered, null, settings), settings);

    /// <summary>The task takes what waits; null when nothing does that may be taken now. It must be followed by <see cref="Confirm"/> or <see cref="Reject"/>.</summary>
    /// <param name="isStart">Whether the task is just being started: then it takes what waits for that, and nothing else.</param>
    public PushedSettings<T>? Take(bool isStart = false)
    {
        while (Volatile.Read(ref _offered) is { } offered)
        {
            if (offered.Terms.AtNextStart != isStart || !IsTimely(offered.Terms))
                break;
            // Announced before it leaves the slot, so that at no moment somebody sees it neither waiting nor in effect.
            _adopting = offered;
            if (!offered.Terms.ArePlain)
                NoteChange();
            if (TryWithdraw(offered))
                return offered;
        }

        _adopting = null;
        return null;
    }

    /// <summary>The taken settings are in effect.</summary>
    public SettingsEntry<T> Confirm(PushedSettings<T> taken)
    {
        var entry = taken.Entry with { Origin = taken.Entry.Origin with { At = box.TimeProvider.GetUtcNow() } };
        _reported = entry;
        _adopting = null;
        return entry;
    }

    /// <summary>The taken settings were refused; those before stay in effect.</summary>
    public void Reject()
    {
        _adopting = null;
        NoteChange();
    }

    /// <summary>The task sets settings itself.</summary>
    /// <returns>What waited, and is older than what the task has just decided.</returns>
    public PushedSettings<T>? Set(SettingsEntry<T> entry)
    {
        Interlocked.Increment(ref _epoch);
        var withdrawn = Offer(null);
        _reported = entry;
        Interlocked.Increment(ref _epoch);
        return withdrawn;
    }

    /// <summary>Puts settings into effect without the task, which does not run.</summary>
    public void PutInEffect(SettingsEntry<T> entry)
    {
        _reported = entry;
        NoteChange();
    }

    // Past its time it is never adopted, and without a clock nobody knows the time: then it waits.
    private bool IsTimely(SettingsTerms terms) =>
        terms.Expires is not { } expires || (box.Clock.IsSynchronised && box.TimeProvider.GetUtcNow() < expires);
}
