using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The methods that every object has: who it is, and its lock.</summary>
internal static class ObjectMethods
{
    private const string DefaultForceReason = "no reason";
    private const int LongestText = 256;

    // The longest is the box's own affair, and checked when it is asked for.
    private static readonly Schema Lease = BuiltIn.Milliseconds("How long the lock lasts unless renewed; up to an hour, or what max_lease_ms of the box says.", (long)LockOptions.MinLease.TotalMilliseconds) with
    {
        Default = LockOptions.DefaultLease.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
    };

    private static readonly Schema Token = BuiltIn.Text("The token of the lock; not needed beside the one of the request.") with { MaxLength = LongestText };

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
                    new("token", BuiltIn.Text("A token of one's own choice, to reclaim the lock after a restart.", minLength: 8) with { MaxLength = LongestText }),
                    new("note", BuiltIn.Text("What for, shown to everybody.") with { MaxLength = LongestText }),
                    new("bind", BuiltIn.Flag("Shorten the lease when the caller's presence is lost."))),
                Result = BuiltIn.Any,
                Description = "Locks the object for the caller.",
            },
            LockAsync) { WritesAudit = true, LooksAtLock = true },
        new BuiltInMethod<RpcObject>(
            new() { Name = "renew", Lock = LockRule.Ignores, Idempotent = true, Overtakes = true, Arguments = BuiltIn.Arguments(new SchemaProperty("token", Token)), Result = BuiltIn.Any, Description = "Makes the lease last its full time again." },
            static (target, request, writer, _) => Answer(() => WriteGrant(writer, target.Lock.Renew(request.Caller, TokenOf(request), request.Fence)))) { WritesAudit = true, LooksAtLock = true },
        new BuiltInMethod<RpcObject>(
            new() { Name = "unlock", Lock = LockRule.Ignores, Idempotent = true, Overtakes = true, Arguments = BuiltIn.Arguments(new SchemaProperty("token", Token)), Result = BuiltIn.Flag(), Description = "Unlocks the object; false when somebody else holds it." },
            static (target, request, writer, _) => Answer(() => writer.WriteBooleanValue(target.Lock.Release(request.Caller, TokenOf(request), request.Fence)))) { WritesAudit = true, LooksAtLock = true },
        new BuiltInMethod<RpcObject>(
            new()
            {
                Name = "force_unlock",
                Access = RpcAccess.Admin,
                Lock = LockRule.Ignores,
                Idempotent = true,
                Overtakes = true,
                Arguments = BuiltIn.Arguments(new SchemaProperty("reason", BuiltIn.Text("For the owner and the audit log.", minLength: 3) with { MaxLength = LongestText }, Required: true)),
                Result = BuiltIn.Any,
                Description = "Takes the lock away from whoever holds it.",
            },
            static (target, request, writer, _) => Answer(() => WriteForced(writer, target.Lock.Force(request.Caller, request.GetText("reason") ?? DefaultForceReason)))) { WritesAudit = true, LooksAtLock = true },
    ];

    private static async ValueTask LockAsync(RpcObject target, RpcRequest request, Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var wish = new LockRequest(
            request.Caller,
            request.GetText("token") ?? request.LockToken ?? LockToken.Create(),
            CheckLease(target, request.GetMilliseconds("lease_ms") ?? LockOptions.DefaultLease),
            request.GetText("note"))
        {
            Bind = request.GetFlag("bind"),
            BoxToken = request.LockToken,
            Deadline = request.Deadline,
        };
        try
        {
            var grant = await target.Lock.AcquireAsync(wish, request.GetMilliseconds("wait_ms") ?? TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            WriteGrant(writer, grant ?? throw target.Lock.Denied(wish));
        }
        catch (OperationCanceledException exception)
        {
            throw new QmiException(ErrorCode.Cancelled, $"{request.Caller.Name} does not wait for the lock of {target.Name} any more, and has not got it.", Executed.No, exception);
        }
    }

    private static TimeSpan CheckLease(RpcObject target, TimeSpan lease)
    {
        var limit = target.Box.Locks.Options.MaxLease;
        if (lease <= limit)
            return lease;
        var (most, asked) = (Text(limit), Text(lease));
        throw new QmiException(ErrorCode.BadArgs, $"{target.Name} is locked for {most} ms at most, not for {asked}: ask for less and renew, or let max_lease_ms of the box allow more.")
        {
            Violations = [new("/lease_ms", "maximum", $"At most {most} ms.", most, asked)],
        };

        static string Text(TimeSpan time) => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
    }

    private static string? TokenOf(RpcRequest request) => request.GetText("token") ?? request.LockToken;

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
            writer.WriteNumber("lease_ms"u8, (long)lease.TotalMilliseconds);
        if (grant.ExpiresIn is { } left)
            writer.WriteNumber("expires_in_ms"u8, (long)left.TotalMilliseconds);

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
