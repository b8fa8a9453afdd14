using System.Globalization;
using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// The last exchanges with an instrument, always on: what an error shows, so that nobody needs to reproduce it with a tracer attached.
/// Bytes that go the same way without an answer between them are one entry; of a long one the first and the last bytes are kept.
/// </summary>
internal sealed class ExchangeLog(TimeProvider timeProvider)
{
    private const int Capacity = 32;
    private const int HeadLength = 64;
    private const int TailLength = 32;

    private readonly Lock _gate = new();
    private readonly Entry[] _entries = [.. Enumerable.Range(0, Capacity).Select(_ => new Entry())];
    private int _count;
    private int _newest = -1;

    public void Record(bool sent, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_count == 0 || _entries[_newest].IsSent != sent)
            {
                _newest = (_newest + 1) % Capacity;
                _count = Math.Min(_count + 1, Capacity);
                _entries[_newest].Begin(sent, timeProvider.GetNanoseconds());
            }

            _entries[_newest].Append(bytes);
        }
    }

    /// <summary>Oldest first, one line each: seconds before now, direction, bytes.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            var now = timeProvider.GetNanoseconds();
            var text = new StringBuilder();
            for (var age = _count - 1; age >= 0; age--)
            {
                var entry = _entries[(_newest - age + Capacity) % Capacity];
                var seconds = (now - entry.Time) / (double)MonotonicTime.Second;
                text.Append(CultureInfo.InvariantCulture, $"{-seconds,9:F3} s {(entry.IsSent ? '>' : '<')} ");
                entry.Describe(text);
                text.Append('\n');
            }

            return text.ToString();
        }
    }

    private sealed class Entry
    {
        private readonly byte[] _head = new byte[HeadLength];
        private readonly byte[] _tail = new byte[TailLength];
        private long _length;

        public bool IsSent { get; private set; }

        public long Time { get; private set; }

        public void Begin(bool sent, long time) => (IsSent, Time, _length) = (sent, time, 0);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_length < HeadLength)
            {
                var head = bytes[..(int)Math.Min(bytes.Length, HeadLength - _length)];
                head.CopyTo(_head.AsSpan((int)_length));
                _length += head.Length;
                bytes = bytes[head.Length..];
            }

            // The tail is a ring: byte i of the message lies at i modulo its length.
            var skipped = Math.Max(0, bytes.Length - TailLength);
            _length += skipped;
            foreach (var value in bytes[skipped..])
                _tail[_length++ % TailLength] = value;
        }

        public void Describe(StringBuilder text)
        {
            text.Append('"');
            ByteText.Append(text, _head.AsSpan(0, (int)Math.Min(_length, HeadLength)));
            var beyond = _length - HeadLength;
            if (beyond > TailLength)
                text.Append(CultureInfo.InvariantCulture, $"\" ... {beyond - TailLength} bytes ... \"");
            for (var index = Math.Max(HeadLength, _length - TailLength); index < _length; index++)
                ByteText.Append(text, [_tail[index % TailLength]]);
            text.Append(CultureInfo.InvariantCulture, $"\" ({_length} bytes)");
        }
    }
}
