namespace Qmi.Edge.Bridge;

/// <summary>Whether a box is there, as its topic <c>state</c> says it.</summary>
internal enum PresenceState
{
    /// <summary>The process has begun; the box answers requests, but is not described yet.</summary>
    Starting,

    /// <summary>Subscribed and described.</summary>
    Online,

    /// <summary>The same, and at least one alarm of severity error or worse is raised.</summary>
    Degraded,

    /// <summary>Told to stop: tasks end, instruments are closed.</summary>
    Stopping,

    /// <summary>Stopped in order.</summary>
    Offline,

    /// <summary>Said by the broker when the connection broke.</summary>
    Lost,

    /// <summary>The box has another id or prefix now.</summary>
    Moved,
}
