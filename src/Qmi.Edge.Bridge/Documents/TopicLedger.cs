using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Every topic that the box has retained something on. A topic is written down before something is first published on it, so that at every start
/// it is known what an earlier run has left behind and nobody looks after any more. Without a state folder only what this process published is
/// known. Used from any thread.
/// </summary>
/// <remarks>
/// That the broker has acknowledged that a topic is empty does not mean that it stays so: a broker that is killed comes back as it last wrote itself down, with
/// what was cleared since. So the topic stays in the ledger, and is cleared again in every connection, as long as nobody else can have it.
/// </remarks>
internal sealed partial class TopicLedger
{
    // Names of alarms, tasks and callers, of a long time. The oldest goes first.
    private const int MostCleared = 256;

    private readonly Lock _gate = new();
    private readonly List<LedgerEntry> _entries = [];
    private readonly Dictionary<byte[], LedgerEntry> _byTopic = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], LedgerEntry>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly EdgeBox _box;
    private readonly string _root;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly LedgerFile? _file;
    private readonly BackgroundSave? _save;

    /// <summary>Reads what earlier runs have left.</summary>
    /// <param name="box">Whose state folder it is in.</param>
    /// <param name="root">What the topics of the box begin with now.</param>
    /// <param name="changed">Called when something was written down that was waited for.</param>
    /// <param name="logger">Where to log.</param>
    public TopicLedger(EdgeBox box, string root, Action changed, ILogger logger)
    {
        (_box, _root, _changed, _logger) = (box, root, changed, logger);
        _lookup = _byTopic.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (box.State is not { } state)
            return;
        _file = new LedgerFile(state.Disk);
        _save = new BackgroundSave(state.Writer, "The ledger of retained topics", Save);
        Load();
    }

    /// <summary>Notes that something will be published on a topic, so that it is written down by then.</summary>
    /// <returns>True when it is.</returns>
    public bool Announce(string topic)
    {
        lock (_gate)
            return Announce(Find(Encoding.UTF8.GetBytes(topic)));
    }

    /// <summary>Whether something may be published on a topic now; when not, it is being written down and <c>changed</c> follows.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="token">For the publication, so that <see cref="Acknowledged"/> knows it.</param>
    public bool MayPublish(ReadOnlySpan<byte> topic, out long token)
    {
        lock (_gate)
        {
            var entry = Find(topic);
            token = LedgerToken.Encode(entry.Index, LedgerTokenKind.Publish);
            entry.IsOurs = true;
            if (!Announce(entry))
                return false;
            (entry.IsEmpty, entry.IsCleared, entry.MovedTo) = (false, false, null);
            return true;
        }
    }

    /// <summary>A topic is about to be cleared.</summary>
    /// <returns>The token for the publication; 0 when the topic is not one of ours.</returns>
    public long Clear(ReadOnlySpan<byte> topic)
    {
        lock (_gate)
        {
            if (!_lookup.TryGetValue(topic, out var entry))
                return 0;
            (entry.IsEmpty, entry.IsCleared) = (true, false);
            return LedgerToken.Encode(entry.Index, LedgerTokenKind.Clear);
        }
    }

    /// <summary>The broker answered a publication that carried one of our tokens.</summary>
    public void Acknowledged(long token, MqttReason reason)
    {
        var (index, kind) = LedgerToken.Decode(token);
        LedgerEntry entry;
        lock (_gate)
        {
            entry = _entries[index];
            if (reason < MqttReason.UnspecifiedError)
            {
                Settle(entry, kind);
                return;
            }

            // Whether it arrived is not known: it is done again in the next connection.
            if (reason >= MqttReason.ConnectionLost)
                return;
            entry.IsRefused |= kind != LedgerTokenKind.Publish;
        }

        Refused(entry, kind, reason);
    }

    /// <summary>What somebody else, or nobody, looks after: the remainders of earlier runs, and what was cleared and may have come back.</summary>
    /// <param name="connection">The number of the connection; each remainder is tried once in each. Null for what has yet to be acknowledged, in whatever connection.</param>
    /// <param name="isKept">Whether a topic of an earlier run is still right as it is.</param>
    public IReadOnlyList<LedgerRemainder> FindRemainders(long? connection, Func<string, bool> isKept)
    {
        lock (_gate)
        {
            return
            [
                .. from entry in _entries
                   where entry is { State: not LedgerState.Forgotten, IsRefused: false } && (connection is { } number ? entry.ClearedIn != number : !entry.IsCleared)
                   where entry.IsEmpty || !(entry.IsOurs || isKept(entry.Text))
                   let isOldState = IsStateOfAnotherTree(entry.Text)
                   where !isOldState || entry.MovedTo != _root
                   select new LedgerRemainder(entry, isOldState, LedgerToken.Encode(entry.Index, isOldState ? LedgerTokenKind.Move : LedgerTokenKind.Clear)),
            ];
        }
    }

    // Under the gate.
    private bool Announce(LedgerEntry entry)
    {
        if (entry.State == LedgerState.Forgotten)
        {
            entry.State = _save is null ? LedgerState.Saved : LedgerState.Unsaved;
            RequestSave();
        }

        return entry.State == LedgerState.Saved;
    }

    private LedgerEntry Find(ReadOnlySpan<byte> topic)
    {
        if (_lookup.TryGetValue(topic, out var entry))
            return entry;
        entry = new LedgerEntry(topic.ToArray(), _entries.Count);
        _entries.Add(entry);
        _byTopic.Add(entry.Topic, entry);
        return entry;
    }

    private void Settle(LedgerEntry entry, LedgerTokenKind kind)
    {
        if (kind == LedgerTokenKind.Move)
            entry.MovedTo = _root;
        else if (kind == LedgerTokenKind.Clear && (entry.IsEmpty || !entry.IsOurs) && !entry.IsCleared)
            SettleClear(entry);
        else
            return;
        RequestSave();
    }

    private void SettleClear(LedgerEntry entry)
    {
        if (MayBeOthers(entry.Text))
        {
            Forget(entry);
            return;
        }

        (entry.IsEmpty, entry.IsCleared) = (true, true);
        if (_entries.Count(other => other.IsCleared) > MostCleared)
            Forget(_entries.First(other => other.IsCleared));
    }

    private static void Forget(LedgerEntry entry) => (entry.State, entry.IsEmpty, entry.IsCleared) = (LedgerState.Forgotten, false, false);

    // A friendly name, and the tree of an id that this box had, may belong to another box by now.
    private bool MayBeOthers(string topic) =>
        topic.Contains("/v1/alias/", StringComparison.Ordinal) || (topic.Contains("/v1/box/", StringComparison.Ordinal) && !topic.StartsWith(_root + "/", StringComparison.Ordinal));

    // The state of a box is ".../v1/box/{id}/state"; a state of ours is published, so it is no remainder.
    private bool IsStateOfAnotherTree(string topic) =>
        topic.Split('/') is [.., "v1", "box", _, "state"] && topic != _root + "/state";

    private void Refused(LedgerEntry entry, LedgerTokenKind kind, MqttReason reason)
    {
        LogRefused(_logger, entry.Text, reason);
        if (kind == LedgerTokenKind.Publish)
            RaiseOnce("document-refused", AlarmSeverity.Error, "DOCUMENT_REFUSED", $"The broker does not take a retained document on {entry.Text}, and perhaps others ({reason.GetText()}): let the box write its own topics, and look at the broker's limits.");
        else
            RaiseOnce("ledger-not-cleared", AlarmSeverity.Warning, "LEDGER_NOT_CLEARED", $"The broker does not let this box clear {entry.Text}, and perhaps others, which an earlier run or configuration left behind ({reason.GetText()}): clear them by hand with an empty retained message, or allow it and restart the box.");
    }

    // The first one is told; the log has all.
    private void RaiseOnce(string id, AlarmSeverity severity, string code, string text)
    {
        if (_box.Alarms.Find(id) is null)
            _box.Alarms.Raise(id, severity, code, text);
    }

    private void RequestSave()
    {
        if (_save is not null)
            _ = SaveAsync(_save);
    }

    private async Task SaveAsync(BackgroundSave save)
    {
        try
        {
            await save.RequestAsync().ConfigureAwait(false);
            _box.Alarms.Clear("ledger-not-saved");
        }
        catch (QmiException exception)
        {
            // A box that nobody sees is worse than a topic that nobody clears one day.
            RaiseOnce("ledger-not-saved", AlarmSeverity.Warning, "LEDGER_NOT_SAVED", $"Which topics the box retains cannot be written down, so that some may be left behind one day. {exception.Message}");
            lock (_gate)
                MarkSaved(_entries);
        }

        _changed();
    }

    // On the thread that waits for the disk.
    private void Save()
    {
        LedgerEntry[] entries;
        lock (_gate)
            entries = [.. _entries.Where(entry => entry.State != LedgerState.Forgotten)];
        _file!.Save(entries);
        lock (_gate)
            MarkSaved(entries);
    }

    private static void MarkSaved(IEnumerable<LedgerEntry> entries)
    {
        foreach (var entry in entries.Where(entry => entry.State == LedgerState.Unsaved))
            entry.State = LedgerState.Saved;
    }

    private void Load()
    {
        try
        {
            var topics = _file!.Load(out var damage);
            foreach (var (topic, movedTo) in topics)
            {
                var entry = Find(Encoding.UTF8.GetBytes(topic));
                (entry.State, entry.MovedTo) = (LedgerState.Saved, movedTo);
            }

            if (damage is not null)
                _box.Alarms.Raise("ledger-recovered", AlarmSeverity.Warning, "LEDGER_RECOVERED", $"{damage} Topics that an earlier run left behind may stay at the broker.");
        }
        catch (IOException exception)
        {
            _box.Alarms.Raise("ledger-recovered", AlarmSeverity.Warning, "LEDGER_RECOVERED", $"{LedgerFile.Name} could not be read ({exception.Message}). Topics that an earlier run left behind may stay at the broker.");
        }
    }

    [LoggerMessage(2030, LogLevel.Warning, "The broker refused what was published on {Topic}: {Reason}")]
    private static partial void LogRefused(ILogger logger, string topic, MqttReason reason);
}
