using System.CommandLine;

namespace Qmi.Edge.Box;

/// <summary>The argument that verbs share: the configuration file.</summary>
internal static class BoxFile
{
    public static Argument<string> Argument()
    {
        var file = new Argument<string>("box.json") { Description = "The configuration of the box: a file of JSON with comments." };
        // Otherwise an option that nobody knows would be looked for on the disk.
        file.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] } option, ..])
                result.AddError($"The option {option.Value} is not known.");
        });
        return file;
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
}
