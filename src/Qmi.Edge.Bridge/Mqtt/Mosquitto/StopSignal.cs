namespace Qmi.Edge.Bridge;

/// <summary>How and until when to stop.</summary>
/// <param name="How">With or without a farewell.</param>
/// <param name="Deadline">Monotonic nanoseconds.</param>
internal sealed record StopRequest(MqttStop How, long Deadline);

/// <summary>The request to stop: the first one counts. Completed with whether everything was sent and said.</summary>
internal sealed class StopSignal
{
    private readonly TaskCompletionSource<bool> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StopRequest? _request;

    /// <summary>The request, or null.</summary>
    public StopRequest? Request => Volatile.Read(ref _request);

    public Task<bool> Stopped => _stopped.Task;

    public void Set(StopRequest request) => Interlocked.CompareExchange(ref _request, request, null);

    public void Complete(bool complete) => _stopped.TrySetResult(complete);
}
