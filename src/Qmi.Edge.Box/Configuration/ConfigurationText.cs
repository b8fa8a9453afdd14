using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>From the bytes of a file to JSON in which every text can be read.</summary>
internal static class ConfigurationText
{
    public static readonly JsonReaderOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = JsonStyle.MaxDepth };

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">It cannot be read.</exception>
    public static byte[] ReadFile(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            throw new ConfigurationException([new ConfigurationError(file, 1, 1, $"The configuration cannot be read: {FileTrouble.Describe(file, exception)}")]);
        }
    }

    /// <summary>Without the byte order mark that some editors write.</summary>
    public static byte[] Trim(byte[] text) => text.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;

    /// <exception cref="ConfigurationException">It is not JSON; the first place that is wrong.</exception>
    public static JsonDocument Parse(string file, byte[] text)
    {
        ThrowIfNotUtf8(file, text);
        try
        {
            var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = Reading.CommentHandling, AllowTrailingCommas = Reading.AllowTrailingCommas, MaxDepth = Reading.MaxDepth });
            ThrowIfUnreadable(file, text);
            return document;
        }
        catch (JsonException exception) when (Is(exception, "The input does not contain any JSON tokens"))
        {
            throw Wrong(file, text, 0, "The file is empty: the shortest configuration is { \"box\": \"its-name\" }.");
        }
        catch (JsonException exception)
        {
            throw new ConfigurationException([new ConfigurationError(file, (exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1, Describe(exception))]);
        }
    }

    private static string Describe(JsonException exception)
    {
        if (Is(exception, "The maximum configured depth"))
            return $"This nests deeper than {Reading.MaxDepth} levels, which no configuration does: look for brackets that are not closed.";
        // The place that the reader adds is said in our own way.
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"This is not JSON: {(end < 0 ? exception.Message : exception.Message[..end])}";
    }

    // The reader has one exception for all; a test watches over its words.
    private static bool Is(JsonException exception, string beginning) => exception.Message.StartsWith(beginning, StringComparison.Ordinal);

    private static void ThrowIfNotUtf8(string file, byte[] text)
    {
        if (text is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            throw Wrong(file, text, 0, "This is UTF-16 text: save the file as UTF-8.");
        if (Utf8.IsValid(text))
            return;
        var place = 0;
        while (Rune.DecodeFromUtf8(text.AsSpan(place), out _, out var length) == System.Buffers.OperationStatus.Done)
            place += length;
        throw Wrong(file, text, place, $"This is not UTF-8 text (byte 0x{text[place]:X2}): save the file as UTF-8.");
    }

    // The parser does not look into escapes; whoever asks for the text would be surprised.
    private static void ThrowIfUnreadable(string file, byte[] text)
    {
        var reader = new Utf8JsonReader(text, Reading);
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped)
                continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw Wrong(file, text, (int)reader.TokenStartIndex, "An escape in this text is half a character: write the character itself.");
            }
        }
    }

    private static ConfigurationException Wrong(string file, byte[] text, int offset, string message)
    {
        var (line, column) = SourceMap.PlaceOf(text, offset);
        return new ConfigurationException([new ConfigurationError(file, line, column, message)]);
    }
}
