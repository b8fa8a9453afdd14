namespace Qmi.Edge.Generators;

/// <summary>Writes the typed proxy of a class of tasks or instruments.</summary>
internal static class ProxyFile
{
    public static string NameOf(ObjectModel model) => model.Place.FileName + ".Proxy.g.cs";

    public static string Write(ObjectModel model)
    {
        var writer = new CodeWriter();
        var scopes = writer.Enter(model.Place);
        writer.Summary($"How anyone holds a {model.Place.Name}{(model.Docs.Summary is { } summary ? ": " + summary : ".")}");
        writer.ParameterDoc("channel", "The way to the object.");
        writer.Line(CodeWriter.GeneratedCode);
        var bases = string.Join(", ", new[] { BaseOf(model), DescribedOf(model) }.Concat(model.Interfaces));
        using (writer.Block($"{model.Place.Accessibility} sealed partial class {model.ProxyName}({CodeWriter.Ours("RpcChannel")} channel) : {bases}"))
            WriteMembers(writer, model);
        CodeWriter.Leave(scopes);
        return writer.ToString();
    }

    private static string BaseOf(ObjectModel model) => model.Task is { } task
        ? $"{CodeWriter.Ours("TaskProxy")}<{task.Settings.CSharp}, {task.Status.CSharp}>(channel)"
        : CodeWriter.Ours("InstrumentProxy(channel)");

    // Whoever names only the proxy, across processes, finds the class by it.
    private static string DescribedOf(ObjectModel model) => $"{CodeWriter.Ours("IDescribed")}<{model.ProxyCSharp}>";

    private static void WriteMembers(CodeWriter writer, ObjectModel model)
    {
        writer.Line($"static {CodeWriter.Ours("ObjectType")} {DescribedOf(model)}.EdgeType => {model.Place.CSharp}.EdgeType;");
        writer.Line();
        foreach (var signal in model.Signals)
        {
            writer.Summary(signal.Docs.Summary ?? $"The signal {signal.Wire}.");
            writer.Line($"public {CodeWriter.Ours("SignalSource")}<{signal.Type.CSharp}> {Identifiers.Escape(signal.Name)} => Channel.GetSignal<{signal.Type.CSharp}>({Constants.Literal(signal.Wire)});");
            writer.Line();
        }

        foreach (var method in model.Methods)
        {
            WriteSync(writer, method, model.Target);
            writer.Line();
            WriteAsync(writer, method, model.Target);
            writer.Line();
        }

        if (model.Methods.Count == 0)
            return;
        writer.Summary("One struct for each method: a call with its arguments.");
        using (writer.Block($"internal static class {ProxyNames.Calls}"))
        {
            foreach (var method in model.Methods)
            {
                if (method != model.Methods[0])
                    writer.Line();
                CallText.Write(writer, method, model.Target);
            }
        }
    }

    private static void WriteSync(CodeWriter writer, MethodModel method, string target)
    {
        WriteDocs(writer, method, SummaryOf(method));
        var parameters = string.Join(", ", method.Parameters.Select(static parameter => parameter.Declaration));
        writer.Line($"public {method.Result?.CSharp ?? "void"} {Identifiers.Escape(method.Name)}({parameters}) =>");
        using (writer.Indent())
            writer.Line($"{ChannelFor(method)}.Call<{CallText.TypeArguments(method, target)}>(new({ArgumentsOf(method)}));");
    }

    private static void WriteAsync(CodeWriter writer, MethodModel method, string target)
    {
        var cancellation = Identifiers.Unused("cancellationToken", method.Parameters.Select(static parameter => parameter.Name));
        WriteDocs(writer, method, $"{SummaryOf(method)} Does not block the calling thread.", cancellation);
        var parameters = string.Join(", ", method.Parameters.Select(static parameter => parameter.Declaration).Append($"global::System.Threading.CancellationToken {cancellation} = default"));
        var task = "global::System.Threading.Tasks.Task" + (method.Result is { } result ? $"<{result.CSharp}>" : "");
        writer.Line($"public {task} {method.Name}Async({parameters}) =>");
        using (writer.Indent())
            writer.Line($"{ChannelFor(method)}.CallAsync<{CallText.TypeArguments(method, target)}>(new({ArgumentsOf(method)}), {cancellation});");
    }

    // The compiler wants all parameters documented, or none.
    private static void WriteDocs(CodeWriter writer, MethodModel method, string summary, string? cancellation = null)
    {
        writer.Summary(summary);
        if (method.Parameters.Any(static parameter => parameter.Notes.Description is not null))
        {
            foreach (var parameter in method.Parameters)
                writer.ParameterDoc(parameter.Name, parameter.Notes.Description ?? $"The {parameter.Wire}.");
            if (cancellation is not null)
                writer.ParameterDoc(cancellation, "Ends the waiting; what has begun goes on.");
        }

        writer.ReturnsDoc(method.Result is null ? null : method.Docs.Returns);
    }

    private static string SummaryOf(MethodModel method) => method.Docs.Summary ?? $"Calls {method.Wire}.";

    private static string ArgumentsOf(MethodModel method) => string.Join(", ", method.Parameters.Select(static parameter => parameter.Name));

    // A parameter of that name would hide the property.
    private static string ChannelFor(MethodModel method) => method.Parameters.Any(static parameter => parameter.Name == "Channel") ? "this.Channel" : "Channel";
}
