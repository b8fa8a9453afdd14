using System.CommandLine;

namespace Qmi.Edge.Box;

/// <summary><c>version</c>: which program this is.</summary>
internal static class VersionVerb
{
    public static Command Create()
    {
        var verb = new Command("version", "Prints the version of the program.");
        verb.SetAction(_ =>
        {
            Console.WriteLine(ProgramVersion.Line);
            return ExitCode.Ok;
        });
        return verb;
    }
}
