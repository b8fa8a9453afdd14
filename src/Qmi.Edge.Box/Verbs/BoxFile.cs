using System.CommandLine;
using System.CommandLine.Parsing;

namespace Qmi.Edge.Box;

/// <summary>The argument that verbs share: the configuration file.</summary>
internal static class BoxFile
{
    public static Argument<string> Argument()
    {
        var file = new Argument<string>("box.json") { Description = "The configuration of the box: a file of JSON with comments." };
        file.Validators.Add(RefuseOptions);
        return file;
    }

    /// <summary>Any number of them.</summary>
    public static Argument<string[]> Arguments(string description)
    {
        var files = new Argument<string[]>("box.json") { Description = description, Arity = ArgumentArity.ZeroOrMore };
        files.Validators.Add(RefuseOptions);
        return files;
    }

    /// <summary>Reads it; null when it is wrong, and then every mistake has been printed.</summary>
    public static BoxConfiguration? TryRead(string file, TypeCatalog types)
    {
        try
        {
            return ConfigurationReader.Read(file, types);
        }
        catch (ConfigurationException exception)
        {
            foreach (var error in exception.Errors)
                Console.Error.WriteLine(error);
            Console.Error.WriteLine(exception.Errors.Count == 1 ? "1 error" : $"{exception.Errors.Count} errors");
            return null;
        }
    }

    // Otherwise an option that nobody knows would be looked for on the disk.
    private static void RefuseOptions(ArgumentResult result)
    {
        if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } option)
            result.AddError($"The option {option.Value} is not known.");
    }
}
