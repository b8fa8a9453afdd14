namespace Qmi.Edge.Runtime;

/// <summary>Who waits for the answer to one copy of a request.</summary>
internal sealed class WaitingCaller(Action<RpcReply> answer)
{
    private ITimer? _limit;

    /// <summary>Calls <paramref name="onLimit"/> unless the final answer comes before.</summary>
    public void LimitTo(TimeSpan time, TimeProvider timeProvider, Action onLimit) =>
        _limit = timeProvider.CreateTimer(static state => ((Action)state!)(), onLimit, time, Timeout.InfiniteTimeSpan);

    /// <summary>Gives an answer, the final one or a sign of progress.</summary>
    public void Tell(RpcReply reply)
    {
        if (!reply.IsInterim)
            _limit?.Dispose();
        answer(reply);
    }
}
