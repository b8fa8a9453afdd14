using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Runs a built-in method. It must not block its thread: it answers from snapshots, or parks.</summary>
internal delegate ValueTask BuiltInHandler<in TObject>(TObject target, RpcRequest request, Utf8JsonWriter result, CancellationToken cancellationToken);

/// <summary>
/// A method that every object of a kind has. It does not queue by itself: reads are answered while the object is busy or locked, and
/// stop, unlock and their like overtake. One that must keep the order of arrival takes its turn with <see cref="Lane.RunAsync"/>.
/// </summary>
internal sealed class BuiltInMethod<TObject>(RpcMethodDescription description, BuiltInHandler<TObject> handler) : RpcMethod(description)
    where TObject : RpcObject
{
    internal override bool IsQueued => false;

    internal override bool TakesTurn => WaitsForTurn;

    internal override bool ChecksLockItself => LooksAtLock;

    internal override bool AuditsItself => base.AuditsItself || WritesAudit;

    /// <summary>Whether the handler runs what it does with <see cref="BuiltIn.RunInTurnAsync"/>.</summary>
    public bool WaitsForTurn { get; init; }

    /// <summary>Whether the handler writes the audit entry.</summary>
    public bool WritesAudit { get; init; }

    /// <summary>Whether the handler looks at the lock itself, because the answer depends on its arguments.</summary>
    public bool LooksAtLock { get; init; }

    internal override ValueTask InvokeAsync(RpcObject target, RpcRequest request, Utf8JsonWriter result, CancellationToken cancellationToken) =>
        handler((TObject)target, request, result, cancellationToken);
}
