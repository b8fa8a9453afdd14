using System.CommandLine;
using System.CommandLine.Parsing;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Says what is wrong with a command line.</summary>
internal static class UsageText
{
    public static string Describe(ParseResult parsed, RootCommand root)
    {
        var verbs = root.Subcommands.Select(verb => verb.Name).ToArray();
        var verb = parsed.CommandResult.Command;
        var unmatched = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).Select(token => token.Value)
            .Where(token => token.StartsWith('-')).Concat(parsed.UnmatchedTokens).ToArray();
        if (verb == root && unmatched.FirstOrDefault(token => !token.StartsWith('-')) is { } unknown)
            return $"There is no verb \"{unknown}\"{NearestName.Hint(unknown, verbs)}; the verbs are {string.Join(", ", verbs)}.";
        if (unmatched.FirstOrDefault(token => token.StartsWith('-')) is { } option)
            return $"The option {option} is not known{NearestName.Hint(option, OptionsOf(verb, root))}.";
        if (verb == root)
            return $"A verb is needed: {string.Join(", ", verbs)}.";
        if (unmatched.Length > 0)
            return $"{verb.Name} takes {Count(verb.Arguments.Count)}: \"{unmatched[0]}\" is one too many.";
        if (BareOption(parsed) is { } bare)
            return $"The option {bare.Name} needs a value: {Begin(bare.Description!)}";
        if (MissingArgument(parsed) is { } missing)
            return $"{verb.Name} needs {missing.Name}: {Begin(missing.Description!)}";
        return string.Join(" ", parsed.Errors.Select(error => error.Message));
    }

    private static Argument? MissingArgument(ParseResult parsed) =>
        parsed.CommandResult.Command.Arguments.FirstOrDefault(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 });

    private static Option? BareOption(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(result => result is { Implicit: false, Tokens.Count: 0 } && result.Option.Arity.MinimumNumberOfValues > 0)?.Option;

    private static string Begin(string description) => $"{char.ToLowerInvariant(description[0])}{description[1..]}";

    private static IEnumerable<string> OptionsOf(Command verb, RootCommand root) =>
        verb.Options.Concat(root.Options.Where(option => option.Recursive)).SelectMany(option => option.Aliases.Append(option.Name));

    private static string Count(int arguments) => arguments == 0 ? "no file" : "one file";
}
