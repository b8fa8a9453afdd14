using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>How locks are written down: JSON, for people to read; of tokens only the hash.</summary>
internal static class LocksFormat
{
    private const int Version = 1;

    public static byte[] Write(LocksContent content)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
        {
            writer.WriteStartObject();
            writer.WriteNumber("v"u8, Version);
            writer.WriteNumber("mark"u8, content.Mark);
            writer.WriteNumber("spare"u8, content.Spare);
            writer.WriteBoolean("in_process"u8, content.IsUsedInProcess);
            writer.WriteStartArray("locks"u8);
            foreach (var kept in content.Locks)
                Write(writer, kept);
            writer.WriteEndArray();
            writer.WriteStartArray("ends"u8);
            foreach (var kept in content.Ends)
                Write(writer, kept);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The content, or null when it is not of this format: of a later version, for example.</summary>
    public static LocksContent? TryRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            var root = JsonElement.ParseValue(ref reader);
            if (root.GetProperty("v"u8).GetInt32() != Version)
                return null;
            return new LocksContent
            {
                Mark = root.GetProperty("mark"u8).GetUInt64(),
                Spare = root.GetProperty("spare"u8).GetUInt64(),
                IsUsedInProcess = root.GetProperty("in_process"u8).GetBoolean(),
                Locks = [.. root.GetProperty("locks"u8).EnumerateArray().Select(ReadLock)],
                Ends = [.. root.GetProperty("ends"u8).EnumerateArray().Select(ReadEnd)],
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, KeptLock kept)
    {
        var (salt, hash) = kept.Secret.ToHash();
        writer.WriteStartObject();
        writer.WriteString("object"u8, kept.Object);
        writer.WriteString("owner"u8, kept.Owner);
        writer.WriteNumber("fence"u8, kept.Fence);
        writer.WriteStartArray("earlier_fences"u8);
        foreach (var fence in kept.EarlierFences)
            writer.WriteNumberValue(fence);
        writer.WriteEndArray();
        writer.WriteNumber("lease_ms"u8, kept.Lease.TotalMilliseconds);
        writer.WriteString("note"u8, kept.Note);
        writer.WriteBoolean("bind"u8, kept.IsBound);
        writer.WriteString("granted"u8, kept.GrantedAt);
        writer.WriteBase64String("salt"u8, salt);
        writer.WriteBase64String("token_sha256"u8, hash);
        writer.WriteEndObject();
    }

    private static KeptLock ReadLock(JsonElement kept) => new(
        kept.GetProperty("object"u8).GetString()!,
        kept.GetProperty("owner"u8).GetString()!,
        kept.GetProperty("fence"u8).GetUInt64(),
        TimeSpan.FromMilliseconds(kept.GetProperty("lease_ms"u8).GetDouble()),
        kept.GetProperty("note"u8).GetString(),
        kept.GetProperty("bind"u8).GetBoolean(),
        kept.GetProperty("granted"u8).GetDateTimeOffset(),
        new LockSecret(kept.GetProperty("salt"u8).GetBytesFromBase64(), kept.GetProperty("token_sha256"u8).GetBytesFromBase64()))
    {
        EarlierFences = [.. kept.GetProperty("earlier_fences"u8).EnumerateArray().Select(fence => fence.GetUInt64())],
    };

    private static void Write(Utf8JsonWriter writer, KeptEnd kept)
    {
        writer.WriteStartObject();
        writer.WriteString("object"u8, kept.Object);
        writer.WriteString("owner"u8, kept.End.Owner);
        writer.WriteNumber("fence"u8, kept.End.Fence);
        writer.WriteString("end"u8, kept.End.Kind);
        writer.WriteString("by"u8, kept.End.By);
        writer.WriteString("reason"u8, kept.End.Reason);
        writer.WriteString("at"u8, kept.End.At);
        writer.WriteEndObject();
    }

    private static KeptEnd ReadEnd(JsonElement kept) => new(
        kept.GetProperty("object"u8).GetString()!,
        new LockEvent
        {
            Owner = kept.GetProperty("owner"u8).GetString()!,
            Fence = kept.GetProperty("fence"u8).GetUInt64(),
            Kind = kept.GetProperty("end"u8).GetString()!,
            By = kept.GetProperty("by"u8).GetString(),
            Reason = kept.GetProperty("reason"u8).GetString(),
            At = kept.GetProperty("at"u8).GetDateTimeOffset(),
        });
}
