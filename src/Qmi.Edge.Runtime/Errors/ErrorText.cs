namespace Qmi.Edge.Runtime;

/// <summary>Keeps an error short enough to be sent: it quotes what the caller has sent, and that may be as long as a request.</summary>
internal static class ErrorText
{
    /// <summary>The longest text that goes out with an error, in characters.</summary>
    public const int Longest = 4096;

    /// <summary>The text, or its beginning.</summary>
    public static string Shorten(string text, int longest = Longest)
    {
        if (text.Length <= longest)
            return text;
        // Half a surrogate pair at the end would be no text.
        return text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] + "...";
    }
}
