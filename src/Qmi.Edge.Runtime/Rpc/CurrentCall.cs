namespace Qmi.Edge.Runtime;

/// <summary>
/// For the code of an RPC method: the call from outside that it carries out on this thread. In the process, and outside of a call, there is
/// nothing to tell: then everything has its default.
/// </summary>
public static class CurrentCall
{
    [ThreadStatic]
    private static RpcRequest? t_request;

    [ThreadStatic]
    private static ulong t_fence;

    /// <summary>Who calls; <see cref="Runtime.Caller.Local"/> in the process.</summary>
    public static Caller Caller => t_request?.Caller ?? Caller.Local;

    /// <summary>The id of the request, or null.</summary>
    public static string? Id => t_request?.Id;

    /// <summary>W3C trace context, or null.</summary>
    public static string? Trace => t_request?.Trace;

    /// <summary>
    /// The number of the object's newest lock grant when the call was admitted, and of the caller's own when it holds the lock; 0 before the first. It stays
    /// what it was when the lock is taken away meanwhile. Hand it on to whatever is changed elsewhere, so that it can refuse a writer whose lock is over.
    /// </summary>
    public static ulong Fence => t_fence;

    /// <summary>Tells how far the call is, for a caller that asked to hear of it (<c>progress_ms</c>) and for <c>op_status</c>.</summary>
    /// <param name="fraction">How much is done, 0 to 1.</param>
    /// <param name="text">What it does now, for people; null = nothing is said.</param>
    public static void ReportProgress(double fraction, string? text = null)
    {
        if (t_request?.Entry is { } entry)
            entry.Progress = new CallProgress(Math.Clamp(fraction, 0, 1), text);
    }

    internal static Scope Enter(RpcRequest request, ulong fence) => new(request, fence);

    /// <summary>Restores what was before, when disposed.</summary>
    internal readonly ref struct Scope
    {
        private readonly RpcRequest? _request;
        private readonly ulong _fence;

        public Scope(RpcRequest request, ulong fence)
        {
            (_request, _fence) = (t_request, t_fence);
            (t_request, t_fence) = (request, fence);
        }

        public void Dispose() => (t_request, t_fence) = (_request, _fence);
    }
}

/// <summary>How far a call is.</summary>
/// <param name="Fraction">How much is done, 0 to 1.</param>
/// <param name="Text">What it does now, or null.</param>
internal sealed record CallProgress(double Fraction, string? Text);
