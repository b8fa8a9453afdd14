namespace Qmi.Edge.Drivers;

/// <summary>How long one operation of a transport may wait: its own timeout, or the deadline of the call that the thread executes, whichever comes first.</summary>
/// <param name="Deadline">Monotonic nanoseconds on the transport's clock.</param>
/// <param name="Timeout">The timeout that was given.</param>
/// <param name="IsCutByCall">True when the deadline of the call comes before the timeout.</param>
public readonly record struct TransportWait(long Deadline, TimeSpan Timeout, bool IsCutByCall);
