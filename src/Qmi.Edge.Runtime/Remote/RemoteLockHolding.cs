namespace Qmi.Edge.Runtime;

/// <summary>
/// A watched lock in another process. It is renewed after a third of its lease, and counts as lost when the box says so, and at the latest when
/// its lease is over by this side's clock, counted from when the last renewal was sent: never later than in the box.
/// </summary>
internal sealed class RemoteLockHolding : LockHolding
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly RemoteChannel _channel;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _lease;
    private readonly ITimer _expiry;
    private readonly CancellationTokenSource _ended = new();
    private IDisposable? _watch;
    private long _renewed;

    private RemoteLockHolding(RemoteChannel channel, LockGrant grant, TimeSpan lease)
        : base(grant)
    {
        (_channel, _timeProvider, _lease) = (channel, channel.Remote.TimeProvider, lease);
        _expiry = _timeProvider.CreateTimer(static state => ((RemoteLockHolding)state!).SetLost(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The lock was granted, or renewed, on a request that was sent at <paramref name="asked"/>.</summary>
    public static RemoteLockHolding Begin(RemoteChannel channel, LockGrant grant, TimeSpan lease, long asked)
    {
        var holding = new RemoteLockHolding(channel, grant, lease);
        holding.SetRenewed(asked);
        holding._watch = channel.Remote.WatchLock(channel.Type.Kind, holding.OnDocument);
        if (holding.IsOver)
            holding._watch.Dispose();
        _ = holding.KeepAsync();
        return holding;
    }

    public bool IsOf(string? token) => token is not null && LockTokens.AreEqual(Grant.Token, token);

    /// <summary>The box has renewed the lock on a request that was sent then.</summary>
    public void SetRenewed(long sent)
    {
        Volatile.Write(ref _renewed, sent);
        _expiry.Change(Remaining(_lease), Timeout.InfiniteTimeSpan);
    }

    protected override void StopWatching()
    {
        _ended.Cancel();
        _expiry.Dispose();
        _watch?.Dispose();
    }

    protected override async ValueTask ReleaseAsync()
    {
        try
        {
            await _channel.UnlockAsync(Grant.Token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (QmiException)
        {
            // The box does not answer: nobody renews the lock any more, and its lease ends it.
        }
    }

    private async Task KeepAsync()
    {
        var pause = Remaining(_lease / 3);
        while (!IsOver)
        {
            await Task.Delay(pause, _timeProvider, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (IsOver)
                return;
            var sent = _timeProvider.GetNanoseconds();
            pause = await TryRenewAsync().ConfigureAwait(false) ? Renewed(sent) : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, _lease.Ticks / 10));
        }
    }

    private TimeSpan Renewed(long sent)
    {
        SetRenewed(sent);
        return Remaining(_lease / 3);
    }

    private async Task<bool> TryRenewAsync()
    {
        var left = Remaining(_lease);
        try
        {
            var timeout = left < _channel.Remote.DefaultTimeout ? left : _channel.Remote.DefaultTimeout;
            var answer = await _channel.CallAsync("renew", null, timeout, Grant.Token, _ended.Token).ConfigureAwait(false);
            if (_channel.Read("renew", answer, static grant => grant.GetProperty("fence").GetUInt64()) == Fence)
                return true;
            SetLost();
        }
        catch (QmiException exception) when (exception.Code is not (ErrorCode.Busy or ErrorCode.Expired or ErrorCode.Timeout))
        {
            // Not the owner any more, or nobody will ever be: the object is gone, the box is stopping, this client is.
            SetLost();
        }
        catch (QmiException)
        {
            // No answer: as long as the lease lasts it is tried again.
        }

        return false;
    }

    // Of what the box may have published before the grant nothing counts: its fence is an older one.
    private void OnDocument(RemoteLockState state)
    {
        if (state.Fence > Fence || (state.Fence == Fence && !state.IsLocked))
            SetLost();
    }

    private TimeSpan Remaining(TimeSpan ofLease) => _timeProvider.GetRemaining(Volatile.Read(ref _renewed) + MonotonicTime.ToNanoseconds(ofLease));
}
