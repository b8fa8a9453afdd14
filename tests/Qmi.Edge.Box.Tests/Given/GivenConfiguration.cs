using System.Text;

namespace Qmi.Edge.Box.Tests;

/// <summary>Configurations as tests write them.</summary>
internal static class GivenConfiguration
{
    public const string FileName = "box.json";

    public static BoxConfiguration Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    public static BoxConfiguration Read(byte[] text) => ConfigurationReader.Read(FileName, text, GivenTypes.Catalog());

    /// <summary>
    /// Asserts that a text has exactly these mistakes. A <c>▸</c> in the text, which is taken away before it is read, stands where a mistake
    /// must be found; the messages are those at the marks, in their order.
    /// </summary>
    public static void AssertMistakes(string marked, params string[] messages)
    {
        var expected = new List<string>();
        var lines = marked.Split('\n');
        for (var line = 0; line < lines.Length; line++)
        {
            var parts = lines[line].Split('▸');
            for (var mark = 1; mark < parts.Length; mark++)
                expected.Add($"{line + 1}:{Encoding.UTF8.GetByteCount(string.Concat(parts[..mark])) + 1}: {messages.ElementAtOrDefault(expected.Count)}");
        }

        Assert.Equal(messages.Length, expected.Count);
        Assert.Equal(expected, MistakesIn(marked.Replace("▸", "")));
    }

    /// <summary>The mistakes in a text, each as an operator sees it, without the name of the file.</summary>
    public static string[] MistakesIn(string text) => MistakesIn(Encoding.UTF8.GetBytes(text));

    public static string[] MistakesIn(byte[] text) =>
        [.. Assert.Throws<ConfigurationException>(() => Read(text)).Errors.Select(error => error.ToString()[(FileName.Length + 1)..])];
}
