using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The methods that every object has: who it is, and its lock.</summary>
internal static class ObjectMethods
{
    private const string DefaultForceReason = "no reason";
    private static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);

    // One second to one hour: shorter leases end in a hiccup of the network, longer ones outlive their owner.
    private static readonly Schema Lease = new() { Type = SchemaType.Integer, Unit = "ms", Minimum = 1_000, Maximum = 3_600_000, Default = "30000", Description = "How long the lock lasts unless renewed." };

    public static IReadOnlyList<RpcMethod> All { get; } =
    [
        BuiltIn.Read<RpcObject>("get_name", "The name of the object.", BuiltIn.Text(), static (target, writer) => writer.WriteStringValue(target.Name)),
        BuiltIn.Read<RpcObject>("get_signals", "The signals that the object publishes.", BuiltIn.Any, WriteSignals),
        SignalRangeMethod.Create(),
        BuiltIn.Read<RpcObject>("is_locked", "Whether anybody holds the lock.", BuiltIn.Flag(), static (target, writer) => writer.WriteBooleanValue(target.Lock.State is not null)),
        BuiltIn.Read<RpcObject>("lock_info", "Who holds the lock, and how the last one ended.", BuiltIn.Any, static (target, writer) => LockDocument.Write(writer, target)),
        new BuiltInMethod<RpcObject>(
            new()
            {
                Name = "lock",
                Lock = LockRule.Ignores,
                Cancellable = true,
                Arguments = BuiltIn.Arguments(
                    new("wait_ms", BuiltIn.Milliseconds("How long to wait for whoever holds it.")),
                    new("lease_ms", Lease),
                    new("token", BuiltIn.Text("A token of one's own choice, to reclaim the lock after a restart.", minLength: 8)),
                    new("note", BuiltIn.Text("What for, shown to everybody."))),
                Result = BuiltIn.Any,
                Description = "Locks the object for the caller.",
            },
            LockAsync) { WritesAudit = true },
        new BuiltInMethod<RpcObject>(
            new() { Name = "renew", Lock = LockRule.Ignores, Idempotent = true, Overtakes = true, Result = BuiltIn.Any, Description = "Makes the lease last its full time again." },
            static (target, request, writer, _) => Answer(() => WriteGrant(writer, target.Lock.Renew(request.Caller, request.LockToken)))) { WritesAudit = true },
        new BuiltInMethod<RpcObject>(
            new() { Name = "unlock", Lock = LockRule.Ignores, Idempotent = true, Overtakes = true, Arguments = BuiltIn.Arguments(new SchemaProperty("token", BuiltIn.Text())), Result = BuiltIn.Flag(), Description = "Unlocks the object; false when somebody else holds it." },
            static (target, request, writer, _) => Answer(() => writer.WriteBooleanValue(target.Lock.Release(request.Caller, request.GetText("token") ?? request.LockToken)))) { WritesAudit = true },
        new BuiltInMethod<RpcObject>(
            new()
            {
                Name = "force_unlock",
                Access = RpcAccess.Admin,
                Lock = LockRule.Ignores,
                Idempotent = true,
                Overtakes = true,
                Arguments = BuiltIn.Arguments(new SchemaProperty("reason", BuiltIn.Text("For the owner and the audit log.", minLength: 3), Required: true)),
                Result = BuiltIn.Any,
                Description = "Takes the lock away from whoever holds it.",
            },
            static (target, request, writer, _) => Answer(() => WriteForced(writer, target.Lock.Force(request.Caller, request.GetText("reason") ?? DefaultForceReason)))) { WritesAudit = true },
    ];

    private static async ValueTask LockAsync(RpcObject target, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var wish = new LockRequest(
            request.Caller,
            request.GetText("token") ?? request.LockToken ?? LockToken.Create(),
            request.GetMilliseconds("lease_ms") ?? DefaultLease,
            request.GetText("note"));
        var wait = request.GetMilliseconds("wait_ms") ?? TimeSpan.Zero;
        var left = target.Box.TimeProvider.GetRemaining(request.Deadline);
        var grant = await target.Lock.AcquireAsync(wish, left != Timeout.InfiniteTimeSpan && left < wait ? left : wait, cancellationToken).ConfigureAwait(false);
        WriteGrant(writer, grant ?? throw LockErrors.Denied(target));
    }

    private static ValueTask Answer(Action answer)
    {
        answer();
        return ValueTask.CompletedTask;
    }

    private static void WriteGrant(Utf8JsonWriter writer, LockGrant grant)
    {
        writer.WriteStartObject();
        writer.WriteString("token"u8, grant.Token);
        writer.WriteNumber("fence"u8, grant.Fence);
        if (grant.Lease is { } lease)
        {
            writer.WriteNumber("lease_ms"u8, (long)lease.TotalMilliseconds);
            writer.WriteNumber("expires_in_ms"u8, (long)lease.TotalMilliseconds);
        }

        writer.WriteEndObject();
    }

    private static void WriteForced(Utf8JsonWriter writer, bool wasLocked)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("was_locked"u8, wasLocked);
        writer.WriteEndObject();
    }

    private static void WriteSignals(RpcObject target, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var signal in target.Signals.Descriptions)
        {
            writer.WritePropertyName(signal.Name);
            signal.Schema.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
