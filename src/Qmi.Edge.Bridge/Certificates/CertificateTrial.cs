using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A new certificate that must first show that the broker takes it. It ends once: by a connection, by the clock, or with the box.</summary>
/// <param name="end">When the certificate ends; null when that was asked before a restart.</param>
internal sealed class CertificateTrial(DateTimeOffset? end) : IDisposable
{
    private readonly TaskCompletionSource<string?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>When the certificate ends.</summary>
    public DateTimeOffset? CertificateEnd { get; } = end;

    /// <summary>A connection under a higher number was made with the new certificate.</summary>
    public long After { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? LastFailure { get; set; }

    /// <summary>Ends the trial in time.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Whether it has ended, though perhaps not everything that follows from that is done.</summary>
    public bool IsOver { get; set; }

    /// <summary>Completed when all is done: null = the new certificate stays, otherwise why not.</summary>
    public Task<string?> Outcome => _outcome.Task;

    public void Complete(string? reason) => _outcome.TrySetResult(reason);

    /// <summary>The box ends before the trial does.</summary>
    public void Abandon()
    {
        Dispose();
        _outcome.TrySetException(new QmiException(ErrorCode.ShuttingDown, "The box is stopping: its new certificate is on trial again when it starts.", Executed.Unknown));
    }

    public void Dispose() => Timer?.Dispose();
}
