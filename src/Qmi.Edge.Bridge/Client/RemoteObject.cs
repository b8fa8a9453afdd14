using System.Collections.Concurrent;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>An object of a box, as its proxies here reach it.</summary>
internal sealed class RemoteObject(ClientLink link, ClientDesk desk, SettingsSender pusher, string box, string name) : IRemoteObject
{
    private readonly ConcurrentDictionary<(string Name, Type Values), Lazy<RemoteSignal>> _signals = new();
    private readonly Topics _topics = link.Topics.Of(box);

    public string Name => name;

    public Caller Caller { get; } = new(link.Topics.Caller);

    public TimeProvider TimeProvider => link.TimeProvider;

    public TimeSpan DefaultTimeout => link.DefaultTimeout;

    public Task<JsonElement> CallAsync(RemoteCall call, CancellationToken cancellationToken) =>
        desk.CallAsync(new ClientRequest(box, name, call.Method, call.Arguments, call.Timeout, call.LockToken, call.Fence), cancellationToken);

    public Task<SettingsPush> PushSettingsAsync(RemotePush push, CancellationToken cancellationToken) => pusher.PushAsync(box, name, push, cancellationToken);

    public SignalInlet OpenInlet(ObjectKind kind, SignalDescription description) =>
        // The type is a part of the key: two programs in one may know the same object by different types.
        _signals.GetOrAdd((description.Name, description.GetType()), _ => new(() => Open(kind, description))).Value.Inlet;

    public IDisposable WatchLock(ObjectKind kind, Action<RemoteLockState> changed) => new LockWatch(
        Watch(_topics.Document(kind, name, "lock"), document =>
            changed(new RemoteLockState(document.GetProperty("locked").GetBoolean() ? document.GetProperty("owner").GetString() : null, document.GetProperty("fence").GetUInt64()))),
        // Sooner than the document when that is held back by others, and also when the next owner's document has replaced it.
        Watch(_topics.Reply(Caller.Name, $"{name}/_lock"), notice =>
        {
            if (notice.GetProperty("event").GetString() is "forced" or "expired" or "removed")
                changed(new RemoteLockState(null, notice.GetProperty("fence").GetUInt64()));
        }));

    private IDisposable Watch(string topic, Action<JsonElement> read) => link.Subscriptions.Add(topic, isStream: false, message =>
    {
        if (message.Payload.Length > 0)
            read(EnvelopeReader.Parse(message.Payload));
    });

    private RemoteSignal Open(ObjectKind kind, SignalDescription description) => (kind, description.Name) switch
    {
        (ObjectKind.Task, "settings_updated") => Open(kind, "settings", description, RemoteDocumentFeed.ReadSettings),
        (ObjectKind.Task, "status_updated") => Open(kind, "status", description, RemoteDocumentFeed.ReadStatus),
        _ => new RemoteSignal(link, _topics.Signal(kind, name, description.Name), description, inlet => new RemoteSignalFeed(inlet, new SignalRefill(desk, link, box, name, description.Name))),
    };

    private RemoteSignal Open(ObjectKind kind, string document, SignalDescription description, Func<JsonElement, RemoteDocumentValue?> read) =>
        new(link, _topics.Document(kind, name, document), description, inlet => new RemoteDocumentFeed(inlet, read));

    private sealed record LockWatch(IDisposable Document, IDisposable Notices) : IDisposable
    {
        public void Dispose()
        {
            Document.Dispose();
            Notices.Dispose();
        }
    }
}
