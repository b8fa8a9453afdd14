using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>The retained documents of one task or instrument.</summary>
internal sealed class ObjectDocuments
{
    // A renewal may happen at every call: it shows at a human pace. Everything else about a lock shows at once.
    private static readonly TimeSpan LeaseInterval = TimeSpan.FromSeconds(1);

    private readonly RetainedDocument?[] _byAspect = new RetainedDocument?[Enum.GetValues<ObjectAspect>().Length];

    public ObjectDocuments(RpcObject target, Topics topics, BridgeOptions options)
    {
        Target = target;
        var box = target.Box;
        RetainedDocument Make(string name, TimeSpan interval, Action<Utf8JsonWriter> writeMembers, TimeSpan? longest = null)
        {
            RetainedDocument? document = null;
            document = new RetainedDocument(topics.Document(target, name), interval, writer =>
            {
                DocumentHeader.WriteStart(writer, box, document!.Sequence);
                writeMembers(writer);
                writer.WriteEndObject();
            }, longest);
            return document;
        }

        var info = Make("info", TimeSpan.Zero, writer => WriteInfo(writer, target.Description));
        _byAspect[(int)ObjectAspect.Lock] = Make("lock", LeaseInterval, writer => LockDocument.WriteMembers(writer, target));
        switch (target)
        {
            case QmiTaskRunner task:
                _byAspect[(int)ObjectAspect.State] = Make("state", TimeSpan.Zero, writer => TaskStateDocument.WriteMembers(writer, task));
                _byAspect[(int)ObjectAspect.Settings] = Make("settings", TimeSpan.Zero, task.WriteSettings);
                _byAspect[(int)ObjectAspect.Status] = Make("status", options.StatusInterval, writer => WriteStatus(writer, task), options.StatusLongestInterval);
                break;
            case QmiInstrument instrument:
                _byAspect[(int)ObjectAspect.State] = Make("state", TimeSpan.Zero, writer => InstrumentStateDocument.WriteMembers(writer, instrument));
                break;
        }

        All = [info, .. _byAspect.OfType<RetainedDocument>()];
    }

    public RpcObject Target { get; }

    public IReadOnlyList<RetainedDocument> All { get; }

    /// <summary>Notes a change; true when it was not known yet. From any thread; never blocks, never allocates.</summary>
    public bool MarkDirty(ObjectAspect aspect) => aspect switch
    {
        ObjectAspect.Lock => _byAspect[(int)ObjectAspect.Lock]!.MarkUrgent(),
        ObjectAspect.Lease => _byAspect[(int)ObjectAspect.Lock]!.MarkDirty(),
        _ => _byAspect[(int)aspect]?.MarkDirty() ?? false,
    };

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
