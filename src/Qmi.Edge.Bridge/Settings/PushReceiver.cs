using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Receives settings pushes by topic and tells each caller, in a retained document of its own, what became of them.</summary>
internal sealed partial class PushReceiver(EdgeBox box, Topics topics, BridgeOptions options, Action documentChanged, ILogger logger)
{
    private readonly ConcurrentDictionary<(string Task, string Caller), AckDocument> _acks = new();
    private readonly StrayAcks _strays = new(box, topics, logger);
    private readonly RateRefusals _rateRefusals = new(box.TimeProvider);

    /// <summary>The acks.</summary>
    public IEnumerable<IDocument> Documents => _acks.Values.Append<IDocument>(_strays);

    /// <summary>Receives a message below the box; false when its topic is no push. On the connection's thread: a push is only copied and queued.</summary>
    public bool TryReceive(string topic, in MqttMessage message)
    {
        if (topic.Split('/') is not ["task", { Length: > 0 } name, "push", { Length: > 0 } caller])
            return false;
        // An empty push is a cleared one, perhaps our own clearing coming back.
        if (message.Payload.IsEmpty)
            return true;
        var tooMany = box.Requests.CountPush(caller);
        // Of what is too large nothing is kept, not even for its id.
        var isTooLarge = message.Payload.Length > options.PayloadLimit;
        var kept = isTooLarge ? default : message.Payload;
        if (box.FindObject(name) is not QmiTaskRunner task)
        {
            if (_strays.Add(name, caller, kept, isTooMany: tooMany is not null))
                documentChanged();
            return true;
        }

        var pusher = new SettingsPusher(options.GetCaller(caller), null, PushRoad.Topic, task.TakePushOrder());
        AckOf(name, caller).NoteReceived(pusher.Order);
        if (tooMany is not null)
        {
            if (_rateRefusals.Add(name, pusher, kept, tooMany))
                documentChanged();
        }
        else if (isTooLarge)
        {
            task.RefuseSettings(pusher, new QmiException(ErrorCode.PayloadTooLarge, $"The push has {message.Payload.Length} bytes, at most {options.PayloadLimit} are allowed."));
        }
        else
        {
            _ = ReceiveAsync(task, pusher, kept.ToArray(), message.Retain);
        }

        return true;
    }

    /// <summary>Answers what came faster than its caller may push, as far as it is due. On the bridge's thread.</summary>
    public void AnswerTooMany(long now, ref long next)
    {
        while (_rateRefusals.Take(now, ref next) is { } refused)
        {
            // A task that is gone meanwhile must leave nothing behind.
            if (box.FindObject(refused.Task) is QmiTaskRunner)
                AckOf(refused.Task, refused.Ack.Caller).Add(refused.Ack);
            documentChanged();
        }
    }

    /// <summary>Something has become of a push: here every answer passes, on whichever way the push came.</summary>
    public void Add(QmiTaskRunner task, SettingsAck ack)
    {
        box.Requests.Pushes.NoteAnswer(ack);
        AckOf(task.Name, ack.Caller).Add(ack);
        documentChanged();
    }

    /// <summary>A task is there: what an earlier life of the box has answered is told again.</summary>
    public void Restore(QmiTaskRunner task)
    {
        foreach (var ack in task.SettingsAcks)
            AckOf(task.Name, ack.Caller).Restore(ack);
    }

    /// <summary>A task is gone, and leaves nothing behind.</summary>
    public void Forget(QmiTaskRunner task)
    {
        foreach (var (_, document) in _acks.Where(entry => entry.Key.Task == task.Name))
            document.Clear();
        documentChanged();
    }

    private async Task ReceiveAsync(QmiTaskRunner task, SettingsPusher pusher, byte[] payload, bool isRetained)
    {
        try
        {
            await task.ReceivePushAsync(() => Receive(task, pusher, PushBodyReader.Read(payload), isRetained)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is not QmiException)
                LogReceiveFailed(logger, task.Name, exception);
            var error = exception as QmiException ?? new QmiException(ErrorCode.Internal, $"Qmi.Edge failed: {exception.GetType().Name}: {exception.Message}", exception);
            task.RefuseSettings(pusher with { RequestId = PushBodyReader.FindId(payload) }, await WhenItMayBeToldAsync(task, error).ConfigureAwait(false));
        }
    }

    private void Receive(QmiTaskRunner task, SettingsPusher pusher, PushRequest push, bool isRetained)
    {
        var caller = pusher.Caller;
        if (caller.Role < RpcAccess.Control)
            throw new QmiException(ErrorCode.Forbidden, $"{caller.Name} may not change settings: it needs the role {RoleName.Of(RpcAccess.Control)}.");
        pusher = pusher with { RequestId = push.Id };
        if (push.Id is not null && box.Requests.Pushes.FindKnown(task, pusher, push.Content) is { } known)
        {
            // The same push again: it is never applied twice, its answer is repeated.
            AckOf(task.Name, caller.Name).Repeat(known, pusher.Order);
            documentChanged();
            return;
        }

        if (isRetained && !push.HasGuard)
            throw NotGuarded();
        // What becomes of it is told by the box's observers: see Add.
        task.PushSettings(push.Body, pusher, push.LockToken);
    }

    // A conflict names the revision that is in the way, which others may take for given: only when no power cut can undo it.
    private static async Task<QmiException> WhenItMayBeToldAsync(QmiTaskRunner task, QmiException error)
    {
        if (error.Code != ErrorCode.Conflict)
            return error;
        try
        {
            await task.SettingsSavedAsync().ConfigureAwait(false);
            return error;
        }
        catch (QmiException notSaved)
        {
            return notSaved;
        }
    }

    private AckDocument AckOf(string task, string caller) =>
        _acks.GetOrAdd((task, caller), _ => new AckDocument(box, task, topics.Ack(task, caller), topics.Push(task, caller)));

    private static QmiException NotGuarded()
    {
        const string Message = "A retained push needs base_rev or expires, so that last year's settings can never come back: STALE_GUARD_REQUIRED.";
        return new QmiException(ErrorCode.RetainedRequest, Message) { Violations = [new SchemaViolation("/base_rev", "STALE_GUARD_REQUIRED", Message)] };
    }

    [LoggerMessage(2201, LogLevel.Error, "A push to {Task} could not be received")]
    private static partial void LogReceiveFailed(ILogger logger, string task, Exception exception);
}
