namespace Qmi.Edge.Generators;

/// <summary>Writes the part of a class that describes it: <c>EdgeType</c>.</summary>
internal static class DescriptionFile
{
    public static string NameOf(ObjectModel model) => model.Place.FileName + ".EdgeType.g.cs";

    public static string Write(ObjectModel model)
    {
        var place = model.Place;
        var described = $"{CodeWriter.Ours("IDescribed")}<{place.CSharp}>";
        var writer = new CodeWriter();
        var scopes = writer.Enter(place);
        using (writer.Block($"{place.Header} : {described}"))
        {
            writer.Summary("What is known about this class before there is any object of it.");
            writer.Line(CodeWriter.GeneratedCode);
            using (writer.Block($"public static {TypeOf(model)} EdgeType {{ get; }} = new()", ";"))
                WriteMembers(writer, model);

            writer.Line();
            writer.Line(CodeWriter.GeneratedCode);
            writer.Line($"static {CodeWriter.Ours("ObjectType")} {described}.EdgeType => EdgeType;");
        }

        CodeWriter.Leave(scopes);
        return writer.ToString();
    }

    private static string TypeOf(ObjectModel model) => model.Task is { } task
        ? $"{CodeWriter.Ours("TaskType")}<{task.Settings.CSharp}, {task.Status.CSharp}>"
        : CodeWriter.Ours("InstrumentType");

    private static void WriteMembers(CodeWriter writer, ObjectModel model)
    {
        writer.Line($"TypeName = {Constants.Literal(model.TypeName)},");
        writer.Line($"ClassName = {Constants.Literal(model.Place.FullName)},");
        if (model.Docs.Summary is { } summary)
            writer.Line($"Description = {Constants.Literal(summary)},");
        if (model.Task is { } task)
        {
            writer.Line($"Settings = {task.Settings.DataType},");
            writer.Line($"Status = {task.Status.DataType},");
            if (task.HasLoop)
                writer.Line("HasLoop = true,");
        }

        WriteMethods(writer, model);
        WriteSignals(writer, model);
        SchemaText.WriteArguments(writer, model.Parameters);
        var references = model.Parameters.Where(static parameter => parameter.Value is null).Select(static parameter => Constants.Literal(parameter.Wire)).ToList();
        if (references.Count > 0)
            writer.Line($"References = [{string.Join(", ", references)}],");
        writer.Line($"CreateProxy = static channel => new {model.ProxyCSharp}(channel),");
        if (model.Task is not null)
            writer.Line($"CreateTaskRunner = static init => new {model.Target}(init),");
        if (model.Task is { DefaultSettings: { } settings })
            writer.Line($"DefaultSettings = static () => {settings},");
        WriteCreate(writer, model);
    }

    private static void WriteMethods(CodeWriter writer, ObjectModel model)
    {
        if (model.Methods.Count == 0)
            return;
        writer.Line("Methods =");
        writer.Line("[");
        using (writer.Indent())
        {
            foreach (var method in model.Methods)
                writer.Line($"new {CodeWriter.Ours("RpcMethod")}<{model.ProxyCSharp}.{CallText.TypeArguments(method, model.Target)}>(),");
        }

        writer.Line("],");
    }

    private static void WriteSignals(CodeWriter writer, ObjectModel model)
    {
        if (model.Signals.Count == 0)
            return;
        writer.Line("Signals =");
        writer.Line("[");
        using (writer.Indent())
        {
            foreach (var signal in model.Signals)
                writer.Line($"new {CodeWriter.Ours("SignalDescription")}<{signal.Type.CSharp}> {{ {SignalMembers(signal)} }},");
        }

        writer.Line("],");
    }

    private static string SignalMembers(SignalModel signal)
    {
        var members = $"Name = {Constants.Literal(signal.Wire)}, DataType = {signal.Type.DataType}";
        if (signal.Reliable)
            members += ", Reliable = true";
        if (signal.Binary)
            members += ", Binary = true";
        if (signal.Capacity is { } capacity)
            members += $", Capacity = {capacity}";
        if (signal.Docs.Summary is { } summary)
            members += $", Description = {Constants.Literal(summary)}";
        return members;
    }

    private static void WriteCreate(CodeWriter writer, ObjectModel model)
    {
        if (model.Parameters.Count == 0)
        {
            writer.Line($"Create = static (init, _) => new {model.Place.CSharp}(init),");
            return;
        }

        writer.Line($"Create = static (init, arguments) => new {model.Place.CSharp}(");
        using (writer.Indent())
        {
            writer.Line("init,");
            foreach (var parameter in model.Parameters)
                writer.Line(Argument(parameter) + (parameter == model.Parameters[model.Parameters.Count - 1] ? ")," : ","));
        }
    }

    private static string Argument(ParameterModel parameter)
    {
        var name = Constants.Literal(parameter.Wire);
        var given = parameter.Value is { } value
            ? $"arguments.Get({name}, {value.DataType})"
            : $"arguments.GetObject<{parameter.CSharp.TrimEnd('?')}>({name})";
        return parameter.Fallback is { } fallback ? $"arguments.Has({name}) ? {given} : {fallback}" : given;
    }
}
