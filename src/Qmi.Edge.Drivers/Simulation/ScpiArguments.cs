using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>What came with a command or query, for the model of an instrument. What is missing or of the wrong kind becomes the SCPI error that an instrument reports.</summary>
public sealed class ScpiArguments
{
    private readonly IReadOnlyList<string> _values;
    private readonly int[] _suffixes;

    internal ScpiArguments(IReadOnlyList<string> values, int[] suffixes) => (_values, _suffixes) = (values, suffixes);

    /// <summary>How many there are.</summary>
    public int Count => _values.Count;

    /// <summary>How long the instrument works before it answers; add to it.</summary>
    public TimeSpan Delay { get; set; }

    internal int Used { get; private set; }

    /// <summary>The number in the header for the n-th # of its pattern, from 0; 1 when it was left out.</summary>
    public int GetSuffix(int index) => _suffixes[index];

    /// <summary>Text as it was sent, without its quotes.</summary>
    public string GetText(int index)
    {
        if (index >= _values.Count)
            throw ScpiFaultException.MissingParameter();
        Used = Math.Max(Used, index + 1);
        var text = _values[index];
        return text is ['"', .., '"'] or ['\'', .., '\''] ? text[1..^1] : text;
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public double GetDouble(int index, double least = double.MinValue, double most = double.MaxValue)
    {
        var text = GetText(index);
        if (!ScpiNumber.TryParse(Encoding.Latin1.GetBytes(text), out double value))
            throw ScpiFaultException.DataType(text);
        return value >= least && value <= most ? value : throw ScpiFaultException.OutOfRange(text);
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int GetInteger(int index, int least = int.MinValue, int most = int.MaxValue)
    {
        var text = GetText(index);
        if (!ScpiNumber.TryParse(Encoding.Latin1.GetBytes(text), out long value))
            throw ScpiFaultException.DataType(text);
        return value >= least && value <= most ? (int)value : throw ScpiFaultException.OutOfRange(text);
    }

    /// <summary>1, 0, ON or OFF.</summary>
    public bool GetBool(int index)
    {
        var text = GetText(index);
        return ScpiNumber.TryParse(Encoding.Latin1.GetBytes(text), out bool value) ? value : throw ScpiFaultException.DataType(text);
    }

    /// <summary>The bytes of a block.</summary>
    public byte[] GetBlock(int index)
    {
        var text = GetText(index);
        if (text is not ['#', ..] || !ScpiText.TryGetBlockEnd(text, 0, out var end) || end != text.Length)
            throw ScpiFaultException.DataType("block expected");
        return Encoding.Latin1.GetBytes(text[(2 + (text[1] - '0'))..]);
    }
}
