using System.CommandLine;

namespace Qmi.Edge.Box;

/// <summary><c>validate box.json</c>: every mistake at once, and nothing is started.</summary>
internal static class ValidateVerb
{
    public static Command Create(TypeCatalog types)
    {
        var file = BoxFile.Argument();
        var verb = new Command("validate", "Checks a configuration and starts nothing.") { file };
        verb.SetAction(parsed =>
        {
            if (BoxFile.TryRead(parsed.GetValue(file)!, types) is not { } configuration)
                return ExitCode.InvalidConfiguration;
            Console.WriteLine($"{parsed.GetValue(file)}: box {configuration.Box} with {configuration.Instruments.Count} instruments and {configuration.Tasks.Count} tasks is valid.");
            return ExitCode.Ok;
        });
        return verb;
    }
}
