namespace Qmi.Edge.Box.Tests;

/// <summary>Tests that take the console, which there is only one of.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConsoleCollection
{
    public const string Name = "console";
}

/// <summary>What a verb writes and returns.</summary>
internal sealed record CapturedConsole(int ExitCode, string Output, string Errors)
{
    public static async Task<CapturedConsole> RunAsync(Action<TypeCatalog> addTypes, params string[] args)
    {
        var (output, errors) = (Console.Out, Console.Error);
        using var writtenOutput = new StringWriter();
        using var writtenErrors = new StringWriter();
        try
        {
            Console.SetOut(writtenOutput);
            Console.SetError(writtenErrors);
            var exitCode = await EdgeProgram.RunAsync(args, addTypes);
            return new CapturedConsole(exitCode, writtenOutput.ToString(), writtenErrors.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }

    public static Task<CapturedConsole> RunAsync(params string[] args) => RunAsync(GivenTypes.AddTo, args);
}
