using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The retained documents of one task or instrument.</summary>
internal sealed class ObjectDocuments
{
    // A renewal may happen at every call: it shows at a human pace. Everything else about a lock shows at once.
    private static readonly TimeSpan LeaseInterval = TimeSpan.FromSeconds(1);

    private readonly RetainedDocument?[] _byAspect = new RetainedDocument?[Enum.GetValues<ObjectAspect>().Length];
    private readonly DocumentBoard _board;
    private readonly RetainedDocument _info;

    public ObjectDocuments(RpcObject target, Topics topics, BridgeOptions options, DocumentBoard board)
    {
        _board = board;
        var box = target.Box;
        RetainedDocument Make(string name, TimeSpan interval, Action<Utf8JsonWriter> writeMembers, bool isRefreshed = false) => board.Add(
            topics.Document(target, name),
            interval,
            (writer, sequence) =>
            {
                DocumentHeader.WriteStart(writer, box, sequence);
                writeMembers(writer);
                writer.WriteEndObject();
            },
            isRefreshed);

        _info = Make("info", TimeSpan.Zero, writer => WriteInfo(writer, target.Description));
        _byAspect[(int)ObjectAspect.Lock] = Make("lock", LeaseInterval, writer => LockDocument.WriteMembers(writer, target));
        switch (target)
        {
            case QmiTaskRunner task:
                _byAspect[(int)ObjectAspect.State] = Make("state", TimeSpan.Zero, writer => TaskStateDocument.WriteMembers(writer, task));
                _byAspect[(int)ObjectAspect.Settings] = Make("settings", TimeSpan.Zero, task.WriteSettings);
                _byAspect[(int)ObjectAspect.Status] = Make("status", options.StatusInterval, writer => WriteStatus(writer, task), isRefreshed: options.HomeAssistant is not null);
                break;
            case QmiInstrument instrument:
                _byAspect[(int)ObjectAspect.State] = Make("state", TimeSpan.Zero, writer => InstrumentStateDocument.WriteMembers(writer, instrument));
                break;
        }
    }

    /// <summary>Notes a change. From any thread; never blocks, never allocates.</summary>
    public void Touch(ObjectAspect aspect)
    {
        if (aspect == ObjectAspect.Lock)
            _board.TouchUrgently(_byAspect[(int)ObjectAspect.Lock]!);
        else if (_byAspect[(int)(aspect == ObjectAspect.Lease ? ObjectAspect.Lock : aspect)] is { } document)
            _board.Touch(document);
    }

    /// <summary>The object is gone: so are its documents.</summary>
    public void Remove()
    {
        _board.Remove(_info);
        foreach (var document in _byAspect)
        {
            if (document is not null)
                _board.Remove(document);
        }
    }

    private static void WriteInfo(Utf8JsonWriter writer, ObjectDescription description)
    {
        writer.WriteString("hash"u8, DescriptionDocument.GetHash(description));
        DescriptionDocument.WriteMembers(writer, description);
    }

    private static void WriteStatus(Utf8JsonWriter writer, QmiTaskRunner task)
    {
        writer.WriteTimestamp("ts"u8, task.Box.TimeProvider.GetUtcNow());
        writer.WritePropertyName("values"u8);
        task.WriteStatus(writer);
        writer.WriteNumber("q"u8, (int)task.StatusQuality);
    }
}
