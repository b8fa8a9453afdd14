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
    private static RpcObject? t_target;

    /// <summary>Who calls; <see cref="Runtime.Caller.Local"/> in the process.</summary>
    public static Caller Caller => t_request?.Caller ?? Caller.Local;

    /// <summary>The id of the request, or null.</summary>
    public static string? Id => t_request?.Id;

    /// <summary>W3C trace context, or null.</summary>
    public static string? Trace => t_request?.Trace;

    /// <summary>
    /// The number of the object's newest lock grant when the call was admitted; 0 before the first. Hand it on to whatever is changed elsewhere, so that it can
    /// refuse a writer whose lock is over.
    /// </summary>
    public static ulong Fence => t_target?.Lock.Fence ?? 0;

    /// <summary>Tells how far the call is, for a caller that asked to hear of it (<c>progress_ms</c>) and for <c>op_status</c>.</summary>
    /// <param name="fraction">How much is done, 0 to 1.</param>
    /// <param name="text">What it does now, for people; null = nothing is said.</param>
    public static void ReportProgress(double fraction, string? text = null)
    {
        if (t_request?.Entry is { } entry)
            entry.Progress = new CallProgress(Math.Clamp(fraction, 0, 1), text);
    }

    internal static Scope Enter(RpcObject target, RpcRequest request) => new(target, request);

    /// <summary>Restores what was before, when disposed.</summary>
    internal readonly ref struct Scope
    {
        private readonly RpcRequest? _request;
        private readonly RpcObject? _target;

        public Scope(RpcObject target, RpcRequest request)
        {
            (_request, _target) = (t_request, t_target);
            (t_request, t_target) = (request, target);
        }

        public void Dispose() => (t_request, t_target) = (_request, _target);
    }
}

/// <summary>How far a call is.</summary>
/// <param name="Fraction">How much is done, 0 to 1.</param>
/// <param name="Text">What it does now, or null.</param>
internal sealed record CallProgress(double Fraction, string? Text);
