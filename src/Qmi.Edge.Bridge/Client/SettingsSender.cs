using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Pushes settings by topic and follows what becomes of them in the acks of this caller. That is what a call could not do: it is told that the
/// push is accepted, and later, however much later, what became of it.
/// </summary>
internal sealed class SettingsSender(ClientLink link)
{
    /// <exception cref="QmiException">The push was refused, or not answered in time.</exception>
    public async Task<SettingsPush> PushAsync(string box, string task, RemotePush push, CancellationToken cancellationToken)
    {
        var delivery = new SettingsDelivery(link, box, task, push);
        var follower = new Follower(link, box, task, delivery);
        try
        {
            using var cancellation = cancellationToken.UnsafeRegister(static state => GiveUp((Delivery)state!), delivery);
            follower.Begin();
            link.Add(delivery);
            await delivery.WaitAsync().ConfigureAwait(false);
            return follower.Accepted();
        }
        catch
        {
            follower.End();
            throw;
        }
        finally
        {
            link.Remove(delivery);
            delivery.Dispose();
        }
    }

    private static void GiveUp(Delivery delivery) => delivery.GiveUp(delivery.MayHaveArrived
        ? new QmiException(ErrorCode.Cancelled, $"The caller does not wait for the {delivery.Subject} any more; whether {delivery.Box} takes them is not known.", Executed.Unknown)
        : new QmiException(ErrorCode.Cancelled, $"The {delivery.Subject} were not sent before the caller gave up.", Executed.No));

    /// <summary>Reads the acks until the last one of its push.</summary>
    private sealed class Follower(ClientLink link, string box, string task, SettingsDelivery delivery)
    {
        private readonly TaskCompletionSource<SettingsOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private CancellationTokenRegistration _closed;
        private IDisposable? _subscription;
        private ReceivedAck? _first;

        // Before the push is sent: the broker keeps the order, so no ack is missed.
        public void Begin()
        {
            _subscription = link.Subscriptions.Add(link.Topics.Of(box).Ack(task, link.Topics.Caller), isStream: false, OnAck);
            _closed = link.Closed.UnsafeRegister(static state => ((Follower)state!).OnDisposed(), this);
        }

        public SettingsPush Accepted() => _first is { State: "rejected", Error: { } error } ? throw error : new SettingsPush(_first!.Revision ?? 0, Task.CompletedTask, _outcome.Task);

        public void End()
        {
            _closed.Unregister();
            _subscription?.Dispose();
        }

        // One after the other.
        private void OnAck(ClientMessage message)
        {
            if (message.Payload.Length == 0)
                return;
            var ack = ReceivedAck.Read(message.Payload);
            if (ack.Id != delivery.Id)
            {
                Miss(ack, message.IsRetained);
                return;
            }

            var isFirst = _first is null;
            _first ??= ack;
            if (ack.IsFinal && ack.State != "rejected")
                _outcome.TrySetResult(ack.ToOutcome(ack.Revision ?? _first.Revision ?? 0));
            if (isFirst)
                delivery.OnAnswer(message.Payload);
            if (ack.IsFinal)
                End();
        }

        // The broker keeps one ack for each caller: when it has a newer one at a new connection, ours was said while we were away.
        private void Miss(ReceivedAck newer, bool isRetained)
        {
            if (!isRetained || _first?.Revision is not { } revision || newer.Revision is not { } other || other <= revision)
                return;
            link.Logger.OutcomeMissed(revision, task, box);
            _outcome.TrySetException(new QmiException(ErrorCode.Interrupted, $"What became of settings revision {revision} of {task} was told while the connection was away; revision {other} was pushed after it.", Executed.Unknown));
            End();
        }

        private void OnDisposed()
        {
            _outcome.TrySetException(new QmiException(ErrorCode.Cancelled, "The client was disposed while the outcome of a settings push was waited for.", Executed.Unknown));
            End();
        }
    }
}
