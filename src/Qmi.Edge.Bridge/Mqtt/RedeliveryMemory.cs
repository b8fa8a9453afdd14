using System.Numerics;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Recognises what a broker delivers again after a resumed session. The DUP flag would say it, but not every client library passes it on;
/// the packet identifier, which stays the same, topic and payload together say it too.
/// </summary>
/// <param name="receiveMaximum">How many messages the broker may have sent without an acknowledgement: no older one can come again.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class RedeliveryMemory(ushort receiveMaximum, TimeProvider timeProvider)
{
    // More than the default Receive Maximum are never in doubt at once; more than this would not be worth the memory.
    private const int Most = 256;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly int _capacity = Math.Min((int)receiveMaximum, Most);
    private readonly Queue<Delivery> _current = new();
    private readonly List<Delivery> _before = [];

    /// <summary>A connection was made.</summary>
    /// <param name="isResumed">The broker kept the session: what it sent before may come again.</param>
    public void Connected(bool isResumed)
    {
        if (!isResumed)
            _before.Clear();
        else
            _before.AddRange(_current);
        if (_before.Count > _capacity)
            _before.RemoveRange(0, _before.Count - _capacity);
        _current.Clear();
    }

    /// <summary>A message arrived at QoS 1.</summary>
    /// <returns>True when it arrived before.</returns>
    public bool Receive(ushort packetId, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
    {
        var now = timeProvider.GetTimestamp();
        var hash = Hash(Hash(packetId, topic), payload);
        if (_current.Count == _capacity)
            _current.Dequeue();
        _current.Enqueue(new Delivery(packetId, hash, now));
        return _before.Count > 0 && Settle(packetId, hash, now);
    }

    // By itself, since it allocates: for the few messages after a resumed session, not for every one.
    private bool Settle(ushort packetId, ulong hash, long now)
    {
        var index = _before.FindLastIndex(delivery => delivery.PacketId == packetId);
        if (index < 0)
            return false;
        // The identifier is in use again: whether for the same message or for another, all older ones that had it are settled.
        var before = _before[index];
        _before.RemoveAll(delivery => delivery.PacketId == packetId);
        return before.Hash == hash && timeProvider.GetElapsedTime(before.At, now) <= Life;
    }

    // Nobody attacks this: a collision would need the same packet identifier in the same half minute. Speed is what counts, for payloads of any size.
    private static ulong Hash(ulong seed, ReadOnlySpan<byte> bytes)
    {
        var hash = seed ^ ((ulong)bytes.Length * Multiplier);
        while (bytes.Length >= sizeof(ulong))
        {
            hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(bytes)) * Multiplier, 29);
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
            hash = BitOperations.RotateLeft((hash ^ value) * Multiplier, 29);
        return hash;
    }

    private readonly record struct Delivery(ushort PacketId, ulong Hash, long At);
}
