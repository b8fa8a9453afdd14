using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>The parts of a transport descriptor on their way to being typed. Every error shows the descriptor and the part that is wrong.</summary>
internal sealed class DescriptorFields
{
    private readonly string _text;
    private readonly List<string> _values;
    private readonly Dictionary<string, string> _named;
    private readonly IReadOnlyDictionary<string, string>? _defaults;
    private string[] _positional = [];

    private DescriptorFields(string text, string kind, List<string> values, Dictionary<string, string> named, IReadOnlyDictionary<string, string>? defaults)
    {
        (_text, Kind, _values, _named, _defaults) = (text, kind, values, named, defaults);
    }

    public string Kind { get; }

    public static DescriptorFields Split(string text, IReadOnlyDictionary<string, string>? defaults)
    {
        var kindEnd = text.IndexOf(':');
        var fields = new DescriptorFields(text, kindEnd < 0 ? text : text[..kindEnd].ToLowerInvariant(), [], [], defaults);
        if (kindEnd <= 0)
            throw fields.Wrong("it begins with a kind and a colon, such as tcp:host:port");

        for (var start = kindEnd + 1; start <= text.Length;)
            start = fields.AddPart(start);
        return fields;
    }

    /// <summary>Refuses what the kind does not have, before any value is looked at.</summary>
    public void Expect(string[] positional, string[] named)
    {
        _positional = positional;
        if (_values.Count > positional.Length)
            throw Wrong($"\"{_values[positional.Length]}\" is one value too many after {string.Join(", ", positional)}. A value that contains a colon stands in square brackets");

        foreach (var name in _named.Keys.Except(named))
            throw Wrong($"there is no parameter \"{name}\"{NearestName.Hint(name, named)}. Known: {string.Join(", ", named)}");
    }

    public string GetText(string name) => Find(name) ?? throw Wrong($"the {name} is missing");

    public int GetInteger(string name, int least, int most, int? otherwise = null)
    {
        if (Find(name) is not { } text)
            return otherwise ?? throw Wrong($"the {name} is missing");

        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var isNumber = int.TryParse(isHex ? text[2..] : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        return isNumber && value >= least && value <= most ? value : throw Wrong($"{name} \"{text}\" is no whole number from {least} to {most}");
    }

    public double GetNumber(string name, double least, double most, double otherwise)
    {
        if (Find(name) is not { } text)
            return otherwise;

        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value);
        return isNumber && value >= least && value <= most
            ? value
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{name} \"{text}\" is no number from {least} to {most}"));
    }

    /// <summary>One of a closed set of words, in any case.</summary>
    public T GetChoice<T>(string name, T otherwise, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (Find(name) is not { } text)
            return otherwise;

        foreach (var (word, value) in choices)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw Wrong($"{name} \"{text}\" is none of {string.Join(", ", choices.ToArray().Select(choice => choice.Word))}");
    }

    public bool Has(string name) => Find(name) is not null;

    public QmiException Wrong(string what) => new(ErrorCode.BadArgs, $"Transport \"{_text}\": {what}.");

    private string? Find(string name)
    {
        var position = Array.IndexOf(_positional, name);
        if (position >= 0 && position < _values.Count)
            return _values[position];
        return _named.GetValueOrDefault(name) ?? _defaults?.GetValueOrDefault(name);
    }

    /// <summary>Reads the part that begins at <paramref name="start"/>; returns where the next one begins.</summary>
    private int AddPart(int start)
    {
        var isBracketed = start < _text.Length && _text[start] == '[';
        var close = isBracketed ? _text.IndexOf(']', start) : start;
        if (close < 0)
            throw Wrong("a square bracket is not closed");

        var colon = _text.IndexOf(':', close);
        var end = colon < 0 ? _text.Length : colon;
        if (isBracketed && close + 1 != end)
            throw Wrong($"\"{_text[(close + 1)..end]}\" follows a closing bracket. A colon or the end is allowed there");

        var part = isBracketed ? _text[(start + 1)..close] : _text[start..end];
        if (part.Length == 0)
            throw Wrong("a part between two colons is empty");

        var equals = isBracketed ? -1 : part.IndexOf('=');
        if (equals < 0)
            _values.Add(part);
        else if (!_named.TryAdd(part[..equals], part[(equals + 1)..]))
            throw Wrong($"{part[..equals]} is given twice");
        return end + 1;
    }
}
