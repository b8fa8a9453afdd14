using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The one lock of a proxy on an object in another process: taken with a lease, and renewed until it is given back.</summary>
internal sealed class RemoteLock(RemoteChannel channel)
{
    // Long enough for a hiccup of the network, short enough to be free soon after this process has died.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // A request may allow itself a day; who waits longer asks again, at the end of the queue.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(12);

    private readonly Lock _gate = new();
    private RemoteLockHolding? _holding;

    private TimeProvider TimeProvider => channel.Remote.TimeProvider;

    /// <exception cref="QmiException">LOCKED: it was not free in time; or there was no answer.</exception>
    public async Task<LockHolding> AcquireAsync(TimeSpan timeout, string? token, string? note, CancellationToken cancellationToken)
    {
        var offered = token ?? channel.LockToken ?? LockToken.Create();
        var deadline = TimeProvider.GetDeadline(timeout);
        while (true)
        {
            var left = TimeProvider.GetRemaining(deadline);
            var waitsOn = left == Timeout.InfiniteTimeSpan || left > LongestWait;
            try
            {
                return await AskAsync(waitsOn ? LongestWait : left, offered, note, cancellationToken).ConfigureAwait(false);
            }
            catch (QmiException exception) when (waitsOn && exception.Code == ErrorCode.Locked)
            {
                // Not free for half a day: wait on.
            }
            catch (QmiException exception) when (exception.Executed != Executed.No && offered != channel.LockToken)
            {
                _ = AbandonAsync(offered);
                throw;
            }
        }
    }

    public async Task<bool> ReleaseAsync(string? token, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_holding is { } held && held.IsOf(token))
                held.End();
        }

        if (!await UnlockAsync(token, cancellationToken).ConfigureAwait(false))
            return false;
        channel.LockToken = null;
        return true;
    }

    private async Task<LockHolding> AskAsync(TimeSpan wait, string token, string? note, CancellationToken cancellationToken)
    {
        var asked = TimeProvider.GetNanoseconds();
        var answer = await channel.CallAsync("lock", writer => WriteRequest(writer, wait, token, note), wait + channel.GetTimeout(null), token, cancellationToken).ConfigureAwait(false);
        var grant = channel.Read("lock", answer, Read);
        if (TimeProvider.GetNanoseconds() - asked > MonotonicTime.ToNanoseconds(Lease / 3))
        {
            // It was waited for, so that nobody here knows when it was granted and how much of the lease has gone.
            asked = TimeProvider.GetNanoseconds();
            await channel.CallAsync("renew", null, null, grant.Token, cancellationToken).ConfigureAwait(false);
        }

        channel.LockToken = grant.Token;
        lock (_gate)
        {
            if (_holding is { IsOver: false } held && held.Fence == grant.Fence)
                held.SetRenewed(asked);
            else
                _holding = RemoteLockHolding.Begin(channel, grant, grant.Lease ?? Lease, asked);
            return _holding;
        }
    }

    private async Task<bool> UnlockAsync(string? token, CancellationToken cancellationToken)
    {
        var answer = await channel.CallAsync("unlock", token is null ? null : writer => writer.WriteString("token"u8, token), null, channel.LockToken, cancellationToken).ConfigureAwait(false);
        return channel.Read("unlock", answer, DataTypes.Boolean);
    }

    // It may have been granted, and nobody would ever give it back.
    private async Task AbandonAsync(string token)
    {
        try
        {
            await UnlockAsync(token, CancellationToken.None).ConfigureAwait(false);
        }
        catch (QmiException)
        {
            // The box does not answer: if it was granted, its lease ends it.
        }
    }

    private static void WriteRequest(Utf8JsonWriter writer, TimeSpan wait, string token, string? note)
    {
        writer.WriteNumber("wait_ms"u8, (long)Math.Ceiling(wait.TotalMilliseconds));
        writer.WriteNumber("lease_ms"u8, (long)Lease.TotalMilliseconds);
        writer.WriteString("token"u8, token);
        if (note is not null)
            writer.WriteString("note"u8, note);
    }

    private static LockGrant Read(JsonElement grant) => new(
        grant.GetProperty("token").GetString()!,
        grant.GetProperty("fence").GetUInt64(),
        grant.TryGetProperty("lease_ms", out var lease) ? TimeSpan.FromMilliseconds(lease.GetDouble()) : null);
}
