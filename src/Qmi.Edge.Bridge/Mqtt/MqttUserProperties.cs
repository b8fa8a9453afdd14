using System.Buffers.Binary;
using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>
/// MQTT 5 user properties, in the bytes they have on the wire: length and name, length and value, one after the other, lengths being two
/// bytes big-endian. So they are passed, kept and walked without allocating.
/// </summary>
public readonly ref struct MqttUserProperties
{
    /// <summary>Properties that are encoded already.</summary>
    public MqttUserProperties(ReadOnlySpan<byte> encoded) => Encoded = encoded;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    /// <summary>True when there are none.</summary>
    public bool IsEmpty => Encoded.IsEmpty;

    /// <summary>Encodes properties once, to be sent many times.</summary>
    public static byte[] Encode(params ReadOnlySpan<(string Name, string Value)> properties)
    {
        var size = 0;
        foreach (var (name, value) in properties)
            size += 4 + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);

        var encoded = new byte[size];
        var written = 0;
        foreach (var (name, value) in properties)
        {
            if (!TryAppend(encoded, ref written, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value)))
                throw new ArgumentException($"The user property '{name}' is longer than 65535 bytes.", nameof(properties));
        }

        return encoded;
    }

    /// <summary>Appends one property to a buffer of the caller's.</summary>
    /// <param name="buffer">Where the properties are collected.</param>
    /// <param name="written">How much of it is used; moved on.</param>
    /// <param name="name">The name, UTF-8.</param>
    /// <param name="value">The value, UTF-8.</param>
    /// <returns>False, and nothing written, when it does not fit.</returns>
    public static bool TryAppend(Span<byte> buffer, ref int written, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var rest = buffer[written..];
        if (name.Length > ushort.MaxValue || value.Length > ushort.MaxValue || rest.Length < 4 + name.Length + value.Length)
            return false;

        BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)name.Length);
        name.CopyTo(rest[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest[(2 + name.Length)..], (ushort)value.Length);
        value.CopyTo(rest[(4 + name.Length)..]);
        written += 4 + name.Length + value.Length;
        return true;
    }

    /// <summary>The value of the first property with this name.</summary>
    public bool TryGetValue(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var property in this)
        {
            if (property.Name.SequenceEqual(name))
            {
                value = property.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Walks the properties in their order; names may repeat.</summary>
    public Enumerator GetEnumerator() => new(Encoded);

    /// <summary>Walks the properties.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> encoded) => _rest = encoded;

        /// <summary>The property at hand.</summary>
        public MqttUserProperty Current { get; private set; }

        /// <summary>Goes to the next property.</summary>
        /// <exception cref="ArgumentException">The bytes are not user properties.</exception>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
                return false;

            var name = Take();
            Current = new MqttUserProperty(name, Take());
            return true;
        }

        private ReadOnlySpan<byte> Take()
        {
            if (_rest.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(_rest) is var length && _rest.Length < 2 + length)
                throw new ArgumentException("The bytes are not MQTT user properties: a length points beyond the end.");

            var text = _rest.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(_rest));
            _rest = _rest[(2 + text.Length)..];
            return text;
        }
    }
}

/// <summary>One user property.</summary>
public readonly ref struct MqttUserProperty
{
    internal MqttUserProperty(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The name, UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value, UTF-8.</summary>
    public ReadOnlySpan<byte> Value { get; }
}
