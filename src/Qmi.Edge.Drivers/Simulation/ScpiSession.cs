using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>One connection to a simulated SCPI instrument: finds the ends of messages, also around blocks that contain a newline.</summary>
internal sealed class ScpiSession(ScpiSimulator simulator) : ISimulatorSession
{
    // A real input buffer is smaller; this one holds a waveform.
    private const int MostCharacters = 1 << 24;

    private readonly StringBuilder _pending = new();

    public IReadOnlyList<SimulatorReply> Receive(ReadOnlySpan<byte> received)
    {
        _pending.Append(Encoding.Latin1.GetString(received));
        var replies = new List<SimulatorReply>();
        var text = _pending.ToString();
        var start = 0;
        for (var end = FindEnd(text, start); end >= 0; end = FindEnd(text, start))
        {
            if (simulator.Execute(text[start..end], out var delay) is { } answer)
                replies.Add(new SimulatorReply(Encoding.Latin1.GetBytes(answer + "\n"), delay));
            start = end + 1;
        }

        _pending.Remove(0, start);
        if (_pending.Length > MostCharacters)
        {
            _pending.Clear();
            simulator.RaiseError(-363, "Input buffer overrun");
        }

        return replies;
    }

    /// <summary>The newline that ends the message, or -1 while it has not come.</summary>
    private static int FindEnd(string text, int start)
    {
        var quote = '\0';
        for (var index = start; index < text.Length; index++)
        {
            var letter = text[index];
            if (letter == '\n')
                return index;
            if (quote != '\0')
                quote = letter == quote ? '\0' : quote;
            else if (letter is '"' or '\'')
                quote = letter;
            else if (letter == '#' && ScpiText.TryGetBlockEnd(text, index, out var end))
                index = end - 1;
        }

        return -1;
    }
}
