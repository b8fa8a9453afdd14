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
        var held = target.Lock.State;
        writer.WriteBoolean("locked"u8, held is not null);
        writer.WriteNumber("fence"u8, target.Lock.Fence);
        if (held is not null)
            WriteHeld(writer, held, target.Box.TimeProvider);
        writer.WriteNumber("waiters"u8, target.Lock.Waiters);
        if (target.Lock.Previous is { } end)
            WriteEnd(writer, end);
    }

    private static void WriteHeld(Utf8JsonWriter writer, LockState held, TimeProvider timeProvider)
    {
        writer.WriteString("owner"u8, held.Owner.Name);
        writer.WriteString("note"u8, held.Note);
        writer.WriteString("state"u8, "held"u8);
        writer.WriteTimestamp("granted"u8, held.GrantedAt);
        if (held.Lease is not { } lease)
            return;
        writer.WriteTimestamp("expires"u8, timeProvider.GetUtcNow() + timeProvider.GetRemaining(held.ExpiresAt));
        writer.WriteNumber("lease_ms"u8, (long)lease.TotalMilliseconds);
    }

    private static void WriteEnd(Utf8JsonWriter writer, LockEnd end)
    {
        writer.WriteStartObject("prev"u8);
        writer.WriteString("owner"u8, end.Owner);
        writer.WriteNumber("fence"u8, end.Fence);
        writer.WriteString("end"u8, end.End);
        writer.WriteString("by"u8, end.By);
        writer.WriteString("reason"u8, end.Reason);
        writer.WriteTimestamp("at"u8, end.At);
        writer.WriteEndObject();
    }
}
