namespace Qmi.Edge.Bridge;

/// <summary>
/// Whether the box has its id: not before it has seen, after each connect, that no other box has taken it; and not while a newer one may have.
/// Only then does it say or do anything in the name of the id. Written on the connection's thread, except where it says otherwise.
/// </summary>
internal sealed class BoxIdentity
{
    private volatile Phase _phase;
    private bool _isStateAnswered;

    private enum Phase
    {
        /// <summary>There is no connection.</summary>
        Away,

        /// <summary>The broker was asked for the retained state.</summary>
        Asking,

        /// <summary>No other box has the id.</summary>
        Owned,

        /// <summary>A newer box may have it.</summary>
        Yielded,
    }

    /// <summary>Whether the box may speak and act. From any thread.</summary>
    public bool IsOwned => _phase == Phase.Owned;

    /// <summary>Whether the broker's answer is still out: what arrives is held. From any thread.</summary>
    public bool IsAsking => _phase == Phase.Asking;

    /// <summary>Whether a newer box may have the id. From any thread.</summary>
    public bool IsYielded => _phase == Phase.Yielded;

    /// <summary>A connection was made.</summary>
    public void Connected()
    {
        _isStateAnswered = false;
        if (!IsYielded)
            _phase = Phase.Asking;
    }

    /// <summary>It has ended.</summary>
    public void Disconnected()
    {
        if (!IsYielded)
            _phase = Phase.Away;
    }

    /// <summary>
    /// The broker answered a subscription. Brokers send what they retain right after, or before, the answer: when the answer to the
    /// subscription after that of the state has come, too, there is no retained state.
    /// </summary>
    /// <returns>True when the box has its id from now on.</returns>
    public bool Answered(bool isState)
    {
        if (isState)
        {
            _isStateAnswered = true;
            return false;
        }

        return _isStateAnswered && TryOwn();
    }

    /// <summary>A state was seen that is no rival's.</summary>
    /// <returns>True when the box has its id from now on.</returns>
    public bool TryOwn()
    {
        if (!IsAsking)
            return false;
        _phase = Phase.Owned;
        return true;
    }

    /// <summary>A newer box may have the id.</summary>
    public void Yield() => _phase = Phase.Yielded;

    /// <summary>It has not: the box may connect again. From the worker's thread, while there is no connection.</summary>
    public void Return() => _phase = Phase.Away;
}
