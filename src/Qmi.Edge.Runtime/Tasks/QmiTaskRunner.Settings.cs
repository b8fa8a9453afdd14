using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <content>Settings, for those who know them as JSON only.</content>
public abstract partial class QmiTaskRunner
{
    // Pushes keep their own order: a call that takes long does not delay them, and what a task's Validate takes delays no call.
    private readonly Lane _pushLane;
    private long _pushOrder;

    /// <summary>The newest settings revision that was given, and that survives a power cut.</summary>
    public abstract long HeadRevision { get; }

    /// <summary>The answer to the newest push of each caller from outside, as far as it is remembered; oldest first.</summary>
    public abstract IReadOnlyList<SettingsAck> SettingsAcks { get; }

    /// <summary>A number for a push that arrives, above those of all that arrived before; later answers are told from older ones by it.</summary>
    public long TakePushOrder()
    {
        // What an earlier life of the box has answered arrived before.
        if (Volatile.Read(ref _pushOrder) == 0)
            Interlocked.CompareExchange(ref _pushOrder, NewestPushOrder, 0);
        return Interlocked.Increment(ref _pushOrder);
    }

    /// <summary>Runs the receiving of a push in a worker thread, in the order of arrival. At most 32 wait; the next one is told <see cref="ErrorCode.Busy"/>.</summary>
    public Task ReceivePushAsync(Action receive) => _pushLane.RunAsync(receive, MonotonicTime.Never, CancellationToken.None);

    /// <summary>Pushes settings that came as JSON, by a call.</summary>
    /// <param name="body">The push.</param>
    /// <param name="caller">Who pushes.</param>
    /// <param name="requestId">The caller's id of the push.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with everything that is wrong, <see cref="ErrorCode.Conflict"/>, <see cref="ErrorCode.NotSynced"/>, <see cref="ErrorCode.Expired"/>, <see cref="ErrorCode.Busy"/>.</exception>
    public SettingsPush PushSettings(SettingsPushBody body, Caller caller, string? requestId) =>
        PushSettings(body, new SettingsPusher(caller, requestId, PushRoad.Call, TakePushOrder()));

    /// <summary>Pushes settings that came as JSON.</summary>
    /// <param name="body">The push.</param>
    /// <param name="pusher">Who pushes, and how.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with everything that is wrong, <see cref="ErrorCode.Conflict"/>, <see cref="ErrorCode.NotSynced"/>, <see cref="ErrorCode.Expired"/>, <see cref="ErrorCode.Busy"/>.</exception>
    /// <remarks>Before somebody outside is told of a conflict, <see cref="SettingsSavedAsync"/> must have completed: the revision that is in the way may not be on the disk yet.</remarks>
    public abstract SettingsPush PushSettings(SettingsPushBody body, SettingsPusher pusher);

    /// <summary>As <see cref="PushSettings(SettingsPushBody, SettingsPusher)"/>, if the lock allows it; the owner's lease begins anew.</summary>
    /// <param name="body">The push.</param>
    /// <param name="pusher">Who pushes, and how.</param>
    /// <param name="lockToken">The token of the lock that the pusher holds.</param>
    /// <exception cref="QmiException">As there, and <see cref="ErrorCode.Locked"/>, <see cref="ErrorCode.LockLost"/>.</exception>
    public SettingsPush PushSettings(SettingsPushBody body, SettingsPusher pusher, string? lockToken)
    {
        using var admission = Lock.Admit(pusher.Caller, lockToken, FindMethod("set_settings")!.Description);
        return PushSettings(body, pusher);
    }

    /// <summary>Makes settings stay that were pushed with <see cref="SettingsTerms.Confirm"/>; more than once is as good as once.</summary>
    /// <returns>Completes when a power cut can no longer undo it.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/>: they are not in effect, or were taken back.</exception>
    public abstract Task ConfirmSettingsAsync(long revision);

    /// <summary>The answer to a push, when it is its caller's newest and has this id; null when it is not known.</summary>
    public abstract SettingsAck? FindSettingsAck(string caller, string requestId);

    /// <summary>Answers a push that was refused before it had a revision: observers see its ack, and it is remembered.</summary>
    public abstract void RefuseSettings(SettingsPusher pusher, QmiException error);

    /// <summary>Completes when everything that was done so far to the settings survives a power cut; at once when the box remembers nothing.</summary>
    /// <exception cref="QmiException">In the task: <see cref="ErrorCode.Busy"/>, the disk did not take it.</exception>
    public abstract Task SettingsSavedAsync();

    /// <summary>Writes the members of the settings document: revisions, what is in effect, what waits, how they differ.</summary>
    public abstract void WriteSettings(Utf8JsonWriter writer);

    private protected abstract long NewestPushOrder { get; }

    /// <summary>The run has ended; true when that was once too often with the settings in effect, which were taken back.</summary>
    private protected abstract bool EndSettingsRun(bool hasFailed);

    private protected abstract Task CloseSettingsKeepingAsync(TimeSpan timeout);

    /// <summary>Does something unless the task has a thread that might look at its settings, or is about to get one.</summary>
    internal bool TryWhileEnded(Action action)
    {
        lock (_gate)
        {
            if (!_life.HasEnded)
                return false;
            action();
            return true;
        }
    }

    /// <summary>Ends the keeping of the settings, so that another may begin.</summary>
    internal Task CloseSettingsAsync(TimeSpan timeout) =>
        Task.WhenAll(_pushLane.CloseAsync(new QmiException(ErrorCode.NoSuchObject, $"{Name} was removed while the push waited.")), CloseSettingsKeepingAsync(timeout));
}
