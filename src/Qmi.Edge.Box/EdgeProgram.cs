using System.CommandLine;

namespace Qmi.Edge.Box;

/// <summary>
/// The program of a box. A native program cannot load plug-ins, so a lab's own box is a console project with this one call, which names
/// the lab's tasks and instruments.
/// </summary>
public static class EdgeProgram
{
    /// <summary>Runs a verb.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="addTypes">Names the types of tasks and instruments that <c>box.json</c> may use.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Action<TypeCatalog> addTypes)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(addTypes);
        var types = new TypeCatalog();
        addTypes(types);

        var root = new RootCommand("Runs instrument tasks with known timing and shows them on MQTT.")
        {
            RunVerb.Create(types),
            ValidateVerb.Create(types),
            DescribeVerb.Create(types),
            LoopsVerb.Create(types),
            AclVerb.Create(),
            DoctorVerb.Create(),
            VersionVerb.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count == 0)
        {
            // The run verb hears signals itself. Beside it the library's own way, which allows two seconds, is not wanted: a LoopFinalize may
            // need longer to leave its instruments as they should be left.
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
        }

        await Console.Error.WriteLineAsync(UsageText.Describe(parsed, root)).ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"Try: {root.Name} --help").ConfigureAwait(false);
        return ExitCode.Usage;
    }
}
