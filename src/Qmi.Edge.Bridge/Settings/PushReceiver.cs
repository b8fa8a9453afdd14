using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Receives settings pushes by topic and tells each caller, in a retained document of its own, what became of them.</summary>
internal sealed partial class PushReceiver(EdgeBox box, Topics topics, BridgeOptions options, Action documentChanged, ILogger logger)
{
    private static readonly RpcMethodDescription SetSettings = new() { Name = "set_settings" };

    private readonly ConcurrentDictionary<(string Task, string Caller), AckDocument> _acks = new();

    /// <summary>The acks.</summary>
    public IEnumerable<IDocument> Documents => _acks.Values;

    /// <summary>Receives a message below the box; false when its topic is no push.</summary>
    public bool TryReceive(string topic, in MqttMessage message)
    {
        if (topic.Split('/') is not ["task", { Length: > 0 } task, "push", { Length: > 0 } caller])
            return false;
        // An empty push is a cleared one, perhaps our own clearing coming back.
        if (message.Payload.IsEmpty)
            return true;
        var entry = _acks.GetOrAdd((task, caller), _ => new AckDocument(box, topics.Ack(task, caller), topics.Push(task, caller)));
        try
        {
            Receive(entry, task, options.GetCaller(caller), message);
        }
        catch (QmiException error)
        {
            Answer(entry, new Ack { Id = PushBodyReader.FindId(message.Payload), State = "rejected", Error = error, At = box.TimeProvider.GetUtcNow(), HeadRevision = HeadRevision(task) });
        }

        return true;
    }

    private void Receive(AckDocument entry, string taskName, Caller caller, in MqttMessage message)
    {
        if (message.Payload.Length > options.PayloadLimit)
            throw new QmiException(ErrorCode.PayloadTooLarge, $"The push has {message.Payload.Length} bytes, at most {options.PayloadLimit} are allowed.");
        var push = PushBodyReader.Read(message.Payload);
        if (box.FindObject(taskName) is not QmiTaskRunner task)
            throw new QmiException(ErrorCode.NoSuchObject, $"There is no task \"{taskName}\" in box {box.Name}{NearestName.Hint(taskName, box.Objects.Select(target => target.Name))}.");
        if (caller.Role < RpcAccess.Control)
            throw new QmiException(ErrorCode.Forbidden, $"{caller.Name} may not change settings: it needs the role {RoleName.Of(RpcAccess.Control)}.");
        if (entry.Newest is { Id: { } last } known && last == push.Id)
        {
            // The same push again: it is never applied twice, its answer is repeated.
            Answer(entry, known);
            return;
        }

        if (message.Retain && !push.HasGuard)
            throw new QmiException(ErrorCode.RetainedRequest, "A retained push needs base_rev, so that last year's settings can never come back: STALE_GUARD_REQUIRED.");
        task.Lock.Check(caller, push.LockToken, SetSettings);
        Accept(entry, task, caller, push);
    }

    private void Accept(AckDocument entry, QmiTaskRunner task, Caller caller, PushRequest push)
    {
        var accepted = task.PushSettings(push.Body, caller, push.Id);
        var ack = new Ack { Id = push.Id, Revision = accepted.Revision, State = "pending", At = box.TimeProvider.GetUtcNow(), HeadRevision = task.HeadRevision };
        Answer(entry, ack);
        _ = FollowAsync(entry, task, ack, accepted.Outcome);
    }

    private async Task FollowAsync(AckDocument entry, QmiTaskRunner task, Ack pending, Task<SettingsOutcome> outcome)
    {
        try
        {
            var result = await outcome.ConfigureAwait(false);
            var final = pending with
            {
                State = result.Result switch { SettingsResult.Applied => "applied", SettingsResult.Superseded => "superseded", _ => "failed" },
                Error = result.Error,
                Turn = result.Turn,
                At = box.TimeProvider.GetUtcNow(),
                HeadRevision = task.HeadRevision,
            };
            Answer(entry, final);
        }
        catch (Exception exception)
        {
            LogAckFailed(logger, task.Name, exception);
        }
    }

    private void Answer(AckDocument entry, Ack ack)
    {
        entry.Add(ack);
        documentChanged();
    }

    private long HeadRevision(string task) => box.FindObject(task) is QmiTaskRunner runner ? runner.HeadRevision : 0;

    [LoggerMessage(2201, LogLevel.Error, "The outcome of a push to {Task} could not be told")]
    private static partial void LogAckFailed(ILogger logger, string task, Exception exception);
}
