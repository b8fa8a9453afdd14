using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>What everybody may know about a lock; never the token.</summary>
public static class LockDocument
{
    /// <summary>Writes the document as a JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, RpcObject target)
    {
        writer.WriteStartObject();
        WriteMembers(writer, target);
        writer.WriteEndObject();
    }

    /// <summary>Writes its members into an object that the caller has begun.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, RpcObject target)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(target);
        var held = target.Lock.State;
        writer.WriteBoolean("locked"u8, held is not null);
        if (held is not null)
            WriteHeld(writer, held, target.Lock.IsFrozen, target.Box.TimeProvider);
        else
            writer.WriteNumber("fence"u8, target.Lock.Fence);
        writer.WriteNumber("waiters"u8, target.Lock.Waiters);
        if (target.Lock.BoxLock?.State is { } box)
            WriteBoxLock(writer, box);
        if (target.Lock.Previous is { } end)
            WriteEnd(writer, end);
    }

    private static void WriteHeld(Utf8JsonWriter writer, LockState held, bool isFrozen, TimeProvider timeProvider)
    {
        writer.WriteString("owner"u8, held.Owner.Name);
        writer.WriteString("note"u8, held.Note);
        writer.WriteNumber("fence"u8, held.Fence);
        writer.WriteString("state"u8, held.Phase switch { LockPhase.Recovering => "recovering"u8, LockPhase.Grace => "grace"u8, _ => "held"u8 });
        writer.WriteTimestamp("granted"u8, held.GrantedAt);
        if (held.Lease is not { } lease)
            return;
        // While a call of the owner runs, the whole lease is still to come.
        writer.WriteTimestamp("expires"u8, timeProvider.GetUtcNow() + (isFrozen ? lease : timeProvider.GetRemaining(held.ExpiresAt)));
        writer.WriteNumber("lease_ms"u8, (long)lease.TotalMilliseconds);
    }

    // Who may call the object depends on it, too.
    private static void WriteBoxLock(Utf8JsonWriter writer, LockState box)
    {
        writer.WriteStartObject("box_lock"u8);
        writer.WriteString("owner"u8, box.Owner.Name);
        writer.WriteString("note"u8, box.Note);
        writer.WriteNumber("fence"u8, box.Fence);
        writer.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter writer, LockEvent end)
    {
        writer.WriteStartObject("prev"u8);
        writer.WriteString("owner"u8, end.Owner);
        writer.WriteNumber("fence"u8, end.Fence);
        writer.WriteString("end"u8, end.Kind);
        writer.WriteString("by"u8, end.By);
        writer.WriteString("reason"u8, end.Reason);
        writer.WriteTimestamp("at"u8, end.At);
        writer.WriteEndObject();
    }
}
