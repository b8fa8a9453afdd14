using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Remembers the pushes of settings that came with an id, in the journal of requests, so that none takes effect twice, however long ago it was
/// and however often the box was restarted since. What became of the newest of each caller the settings themselves know best.
/// </summary>
public sealed class PushJournal
{
    // No method of a task: a call that sets settings under the same id is something else.
    internal const string Method = "push";

    private readonly RequestJournal _journal;

    internal PushJournal(RequestJournal journal) => _journal = journal;

    /// <summary>Says what became of a push that comes again, or notes one that is new: then it is on the disk when this returns. For the pushes to one task, one after the other, not on a thread that must not wait for the disk.</summary>
    /// <param name="task">The task.</param>
    /// <param name="pusher">Who pushes, with the id of the push.</param>
    /// <param name="push">The push as it came, without its id and its lock token.</param>
    /// <returns>What became of it; null when it is new, and must be taken in now.</returns>
    /// <exception cref="QmiException">ID_REUSED; BUSY: the journal is full, or the disk does not take it.</exception>
    public SettingsAck? FindKnown(QmiTaskRunner task, SettingsPusher pusher, JsonElement push)
    {
        ArgumentNullException.ThrowIfNull(task);
        var (caller, id) = (pusher.Caller.Name, pusher.RequestId!);
        var request = new RpcRequest
        {
            Caller = pusher.Caller,
            Target = task.Name,
            Method = Method,
            Verb = RpcAccess.Control,
            Id = id,
            Arguments = push,
            Address = Encoding.ASCII.GetBytes(pusher.Order.ToString(CultureInfo.InvariantCulture)),
        };
        var newest = task.SettingsAcks.FirstOrDefault(ack => ack.Caller == caller && ack.Error?.Code != ErrorCode.Busy);
        var current = newest?.RequestId == id ? newest : null;
        switch (_journal.Admit(request, RequestHash.Of(request), isIdempotent: false, new WaitingCaller(static _ => { }), out var entry))
        {
            case Admission.New when current is null:
                Commit(entry!);
                return null;
            case Admission.New:
                // The journal has forgotten it, or was damaged; the settings have not.
                Note(entry!, current);
                return current;
            case Admission.Answered:
                return current ?? Read(entry!);
            case Admission.Running:
                return current ?? Decide(entry!, newest, pusher);
            case Admission.Reused:
                throw new QmiException(ErrorCode.IdReused, $"{caller} has used the id \"{id}\" for {entry!.Target}.{entry.Method} with another content: take a new id for every new push.");
            default:
                throw RequestDesk.JournalIsFull(caller, _journal.Options);
        }
    }

    /// <summary>Notes what became of a push.</summary>
    public void NoteAnswer(SettingsAck ack)
    {
        ArgumentNullException.ThrowIfNull(ack);
        if (ack.Road != PushRoad.Topic || ack.RequestId is not { } id || !ack.IsFinal || _journal.Find(new RequestKey(ack.Caller, id)) is not { Method: Method } entry)
            return;
        // It was told to come again.
        if (ack.Error is { Code: ErrorCode.Busy })
            _journal.Forget(entry);
        else
            Note(entry, ack);
    }

    // An unfinished one is under way, or is left from before a restart that came between its acceptance by the journal and that by the settings.
    private SettingsAck? Decide(JournalEntry entry, SettingsAck? newest, SettingsPusher pusher)
    {
        var order = long.Parse(Encoding.ASCII.GetString(entry.Address.Span), CultureInfo.InvariantCulture);
        if (!entry.IsRecovered)
            return new SettingsAck(pusher.Caller.Name, pusher.RequestId, null, SettingsAckState.Pending, entry.AcceptedAt) { Road = PushRoad.Topic, Order = order };
        // Pushes are taken in one after the other: one that has a newer one of its caller behind it was taken in, and is over.
        if (newest is null || newest.Order < order)
        {
            _journal.Take(entry);
            return null;
        }

        var ack = new SettingsAck(pusher.Caller.Name, pusher.RequestId, null, SettingsAckState.Superseded, newest.At) { Road = PushRoad.Topic, Order = order };
        Note(entry, ack);
        return ack;
    }

    private void Commit(JournalEntry entry)
    {
        try
        {
            _journal.CommitAsync().GetAwaiter().GetResult();
        }
        catch (QmiException)
        {
            _journal.Forget(entry);
            throw;
        }
    }

    private void Note(JournalEntry entry, SettingsAck ack)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            SettingsAckJson.Write(writer, ack);
        _journal.Amend(entry, new RpcReply(null, buffer.WrittenMemory));
    }

    private static SettingsAck Read(JournalEntry entry)
    {
        using var document = JsonDocument.Parse(entry.Reply.Result);
        return SettingsAckJson.Read(document.RootElement.Clone());
    }
}
