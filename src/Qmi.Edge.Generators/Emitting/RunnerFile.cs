namespace Qmi.Edge.Generators;

/// <summary>Writes the constructor of a task runner that has none.</summary>
internal static class RunnerFile
{
    public static string NameOf(RunnerPart part) => part.Place.FileName + ".Runner.g.cs";

    public static string Write(RunnerPart part)
    {
        var writer = new CodeWriter();
        var scopes = writer.Enter(part.Place);
        using (writer.Block(part.Place.Header))
        {
            writer.Summary("Called by the box.");
            writer.ParameterDoc("init", "What the box tells the runner.");
            writer.Line(CodeWriter.GeneratedCode);
            writer.Line($"{part.Accessibility} {Identifiers.Escape(part.Place.Name)}({CodeWriter.Ours("TaskRunnerInit")} init)");
            using (writer.Indent())
                writer.Line(": base(init)");
            writer.Line("{");
            writer.Line("}");
        }

        CodeWriter.Leave(scopes);
        return writer.ToString();
    }
}
