using System.Text.RegularExpressions;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The examples of a page: each a block of commands, and the messages that the page says follow.</summary>
internal static partial class ContractPage
{
    public static IEnumerable<ContractExample> Read(string path)
    {
        var text = File.ReadAllText(path);
        foreach (Match match in Example().Matches(text))
        {
            var line = 1 + text.AsSpan(0, match.Index).Count('\n');
            yield return new ContractExample(line, match.Groups["commands"].Value.Trim(), [.. MessagesOf(match.Groups["messages"].Value)]);
        }
    }

    // A message begins in the first column; the lines after it that do not are its own.
    private static IEnumerable<ExpectedMessage> MessagesOf(string block) => block
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(new List<string>(), (messages, line) =>
        {
            if (line[0] == ' ')
                messages[^1] += line.TrimStart();
            else
                messages.Add(line);
            return messages;
        })
        .Select(message => message.Split(' ', 2))
        .Select(parts => new ExpectedMessage(parts[0], parts.ElementAtOrDefault(1) ?? ""));

    [GeneratedRegex(@"```sh\n(?<commands>.*?)```(?:(?:(?!```).)*?\n```text\n(?<messages>.*?)```)?", RegexOptions.Singleline)]
    private static partial Regex Example();
}

/// <summary>One example.</summary>
/// <param name="Line">Where it stands on the page.</param>
/// <param name="Commands">What is typed.</param>
/// <param name="Messages">What is then seen, in any order.</param>
internal sealed record ContractExample(int Line, string Commands, IReadOnlyList<ExpectedMessage> Messages);
