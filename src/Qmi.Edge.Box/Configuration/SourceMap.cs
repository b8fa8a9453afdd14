using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Where in a JSON text each value stands, by its JSON Pointer.</summary>
internal sealed class SourceMap
{
    private readonly Dictionary<string, long> _offsets = [];
    private readonly byte[] _text;

    public SourceMap(byte[] text)
    {
        _text = text;
        var reader = new Utf8JsonReader(text, ConfigurationText.Reading);
        reader.Read();
        Visit(ref reader, "");
    }

    /// <summary>Line and column of a value, or of the innermost value around it that is there. A value that is given twice is found where it stands last.</summary>
    public (long Line, long Column) Find(string path)
    {
        while (!_offsets.ContainsKey(path) && path.Length > 0)
            path = path[..path.LastIndexOf('/')];
        return PlaceOf(_text, (int)_offsets.GetValueOrDefault(path));
    }

    /// <summary>Line and column of a byte, both from 1.</summary>
    public static (long Line, long Column) PlaceOf(byte[] text, int offset)
    {
        var before = text.AsSpan(0, offset);
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    private void Visit(ref Utf8JsonReader reader, string path)
    {
        _offsets.TryAdd(path, reader.TokenStartIndex);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var member = path + "/" + JsonPointer.Escape(reader.GetString()!);
                // An unknown or doubled name is the mistake, so the name is the place.
                _offsets[member] = reader.TokenStartIndex;
                reader.Read();
                Visit(ref reader, member);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
                Visit(ref reader, $"{path}/{index}");
        }
    }
}
