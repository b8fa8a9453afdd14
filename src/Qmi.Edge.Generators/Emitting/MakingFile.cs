namespace Qmi.Edge.Generators;

/// <summary>Writes the method that makes a task or instrument in a box.</summary>
internal static class MakingFile
{
    public static string NameOf(ObjectModel model) => model.Place.FileName + ".Making.g.cs";

    public static string Write(ObjectModel model)
    {
        var place = model.Place;
        var kind = model.Task is null ? "Instrument" : "Task";
        var names = model.Parameters.Select(static parameter => parameter.Name).ToList();
        var (box, name, options, init) = (Identifiers.Unused("box", names), Identifiers.Unused("name", names), Identifiers.Unused("options", names), Identifiers.Unused("init", names));
        var method = Identifiers.Unused("T", names);

        var writer = new CodeWriter();
        writer.Enter(place, withContainers: false);
        writer.Summary($"Makes {place.Name} objects.");
        writer.Line(CodeWriter.GeneratedCode);
        using (writer.Block($"{place.Accessibility} static class {place.FlatName}Making"))
        {
            writer.Summary(model.Docs.Summary is { } summary ? $"Makes a {place.Name}: {summary}" : $"Makes a {place.Name}.");
            writer.Line($"/// <typeparam name=\"{method}\">{place.Name}: the constraint lets no other class have these parameters.</typeparam>");
            writer.ParameterDoc(box, "The box in which it will live.");
            writer.ParameterDoc(name, "Its name in the box.");
            foreach (var parameter in model.Parameters)
                writer.ParameterDoc(parameter.Name, parameter.Notes.Description ?? $"The {parameter.Wire} of the {place.Name}.");
            if (model.Task is not null)
                writer.ParameterDoc(options, "How it is to be run, and the settings that it begins with.");
            writer.Line("/// <returns>Its proxy.</returns>");
            writer.Line($"public static {model.ProxyCSharp} Make{kind}<{method}>(");
            using (writer.Indent())
            {
                var declarations = new List<string> { $"this {CodeWriter.Ours("EdgeBox")} {box}", $"string {name}" };
                declarations.AddRange(model.Parameters.Select(static parameter => parameter.Declaration));
                if (model.Task is { } task)
                    declarations.Add($"{CodeWriter.Ours("TaskOptions")}<{task.Settings.CSharp}>? {options} = null");
                for (var index = 0; index < declarations.Count; index++)
                    writer.Line(declarations[index] + (index < declarations.Count - 1 ? "," : ")"));
                writer.Line($"where {method} : {CodeWriter.Ours("IDescribed")}<{place.CSharp}> =>");
                var factory = $"{init} => new {place.CSharp}({string.Join(", ", names.Prepend(init))})";
                writer.Line($"({model.ProxyCSharp}){box}.Add{kind}({place.CSharp}.EdgeType, {name}, {factory}{(model.Task is null ? "" : ", " + options)});");
            }
        }

        return writer.ToString();
    }
}
