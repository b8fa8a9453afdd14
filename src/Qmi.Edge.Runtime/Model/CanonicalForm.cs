using System.Buffers;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Writes the canonical form of a JSON text in one pass: a member is written where it is met, and when its object ends, the members that
/// were not met in order are put in order.
/// </summary>
internal sealed class CanonicalForm : IDisposable
{
    // As deep as a Utf8JsonWriter writes, so that nothing that a box says or has read is too deep.
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 1000, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly ScratchText _text = new();

    // One stack for all objects that are open: the members of the innermost are at its top.
    private readonly List<Member> _members = [];

    private CanonicalForm()
    {
    }

    /// <summary>The canonical text, until this is disposed of.</summary>
    public ReadOnlySpan<byte> Written => _text.Written;

    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public static CanonicalForm Of(ReadOnlySpan<byte> json)
    {
        var form = new CanonicalForm();
        try
        {
            var reader = new Utf8JsonReader(json, Reading);
            reader.Read();
            form.WriteValue(ref reader);
            // Nothing but white space may follow; the reader throws at anything else.
            reader.Read();
            return form;
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    public void Dispose() => _text.Dispose();

    private void WriteValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteObject(ref reader);
                break;
            case JsonTokenType.StartArray:
                WriteArray(ref reader);
                break;
            case JsonTokenType.String:
                CanonicalString.Write(_text, reader.ValueSpan);
                break;
            case JsonTokenType.Number:
                CanonicalNumber.Write(_text, reader.ValueSpan);
                break;
            default:
                _text.Write(reader.ValueSpan);
                break;
        }
    }

    private void WriteArray(ref Utf8JsonReader reader)
    {
        _text.Write((byte)'[');
        var isFirst = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!isFirst)
                _text.Write((byte)',');
            isFirst = false;
            WriteValue(ref reader);
        }

        _text.Write((byte)']');
    }

    private void WriteObject(ref Utf8JsonReader reader)
    {
        _text.Write((byte)'{');
        var first = _members.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (_members.Count > first)
                _text.Write((byte)',');
            var member = new Member(CanonicalString.Unescape(reader.ValueSpan), _text.Length);
            CanonicalString.Write(_text, reader.ValueSpan);
            _text.Write((byte)':');
            reader.Read();
            WriteValue(ref reader);
            _members.Add(member with { End = _text.Length });
        }

        PutInOrder(first);
        _members.RemoveRange(first, _members.Count - first);
        _text.Write((byte)'}');
    }

    private void PutInOrder(int first)
    {
        var count = _members.Count - first;
        if (IsInOrder(first))
            return;
        var start = _members[first].Start;
        var length = _text.Length - start;
        var copy = ArrayPool<byte>.Shared.Rent(length);
        _text.Written[start..].CopyTo(copy);
        _text.Length = start;
        _members.Sort(first, count, Comparer<Member>.Default);
        for (var index = first; index < _members.Count; index++)
        {
            if (index > first)
                _text.Write((byte)',');
            var member = _members[index];
            _text.Write(copy.AsSpan(member.Start - start, member.End - member.Start));
        }

        ArrayPool<byte>.Shared.Return(copy);
    }

    private bool IsInOrder(int first)
    {
        for (var index = first + 1; index < _members.Count; index++)
        {
            if (_members[index].CompareTo(_members[index - 1]) < 0)
                return false;
        }

        return true;
    }

    /// <summary>A member's name and where its text stands.</summary>
    private readonly record struct Member(string Name, int Start) : IComparable<Member>
    {
        public int End { get; init; }

        // Ordinal is by UTF-16 code units. Members of one name, which only a careless sender writes, keep their order.
        public int CompareTo(Member other) => string.CompareOrdinal(Name, other.Name) is not 0 and var order ? order : Start.CompareTo(other.Start);
    }
}
