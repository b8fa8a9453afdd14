namespace Qmi.Edge.Runtime;

/// <summary>How far a settings push has come.</summary>
public enum SettingsAckState
{
    /// <summary>Accepted, and safe from power cuts; the task has not taken it yet.</summary>
    Pending,

    /// <summary>In effect.</summary>
    Applied,

    /// <summary>Refused; nothing happened.</summary>
    Rejected,

    /// <summary>The task could not adopt it, or the disk did not take it; the values before stay in effect.</summary>
    Failed,

    /// <summary>A newer one took its place before the task looked at it.</summary>
    Superseded,

    /// <summary>Its time was over before the task looked at it.</summary>
    Expired,

    /// <summary>It was in effect and was taken back.</summary>
    RolledBack,
}

/// <summary>What has become of a settings push, for the caller who pushed it.</summary>
/// <param name="Caller">Who pushed.</param>
/// <param name="RequestId">The caller's id of the push.</param>
/// <param name="Revision">The revision that it was given; null when it was given none, or one that did not last.</param>
/// <param name="State">How far it has come.</param>
/// <param name="At">Since when, wall clock.</param>
public sealed record SettingsAck(string Caller, string? RequestId, long? Revision, SettingsAckState State, DateTimeOffset At)
{
    /// <summary>Why it was refused, failed, expired or was taken back.</summary>
    public QmiException? Error { get; init; }

    /// <summary>The turn of the loop at which it took effect.</summary>
    public long? Turn { get; init; }

    /// <summary>How long after that it must be confirmed; null when it need not be.</summary>
    public TimeSpan? Confirm { get; init; }

    /// <summary>On which way it came.</summary>
    public PushRoad Road { get; init; }

    /// <summary>As which of all pushes to the task it arrived.</summary>
    public long Order { get; init; }

    /// <summary>Whether this was the last word, so that a retained push has done its work. What is in effect may still be taken back, which is then told.</summary>
    public bool IsFinal => State != SettingsAckState.Pending;

    /// <summary>Whether anybody outside of the process is to be told.</summary>
    internal bool IsForOutside => Road != PushRoad.Local;

    internal static SettingsAck Of(SettingsOrigin origin, SettingsAckState state, DateTimeOffset at, QmiException? error = null) =>
        new(origin.By, origin.RequestId, origin.Revision, state, at) { Error = error, Road = origin.Road, Order = origin.Order };
}
