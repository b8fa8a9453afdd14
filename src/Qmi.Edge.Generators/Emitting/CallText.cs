namespace Qmi.Edge.Generators;

/// <summary>Writes the struct that is one call of one RPC method.</summary>
internal static class CallText
{
    private static readonly string[] TakenNames = ["target", "writer", "arguments"];

    public static string ResultOf(MethodModel method) => method.Result?.CSharp ?? CodeWriter.Ours("Nothing");

    /// <summary>The type arguments of a call, seen from the proxy.</summary>
    public static string TypeArguments(MethodModel method, string target) => $"{ProxyNames.Calls}.{Identifiers.Escape(method.Name)}, {target}, {ResultOf(method)}";

    public static void Write(CodeWriter writer, MethodModel method, string target)
    {
        var name = Identifiers.Escape(method.Name);
        var locals = LocalsOf(method);
        var fields = string.Join(", ", method.Parameters.Select((parameter, index) => $"{parameter.CSharp} {locals[index]}"));
        var header = $"internal readonly struct {name}{(fields.Length > 0 ? $"({fields})" : "")} : {CodeWriter.Ours("IRpcCall")}<{name}, {target}, {ResultOf(method)}>";
        using (writer.Block(header))
        {
            WriteDescription(writer, method);
            writer.Line();
            writer.Line($"public static {CodeWriter.Ours("DataType")}<{ResultOf(method)}> Result => {method.Result?.DataType ?? CodeWriter.Ours("Nothing.DataType")};");
            writer.Line();
            WriteInvoke(writer, method, target, locals);
            writer.Line();
            WriteArguments(writer, method, locals);
            writer.Line();
            var values = string.Join(", ", method.Parameters.Select(ReadMember));
            writer.Line($"public static {name} ReadArguments(global::System.Text.Json.JsonElement arguments) => new({values});");
        }
    }

    private static List<string> LocalsOf(MethodModel method)
    {
        var locals = new List<string>();
        foreach (var parameter in method.Parameters)
            locals.Add(Identifiers.Local(parameter.Name, TakenNames.Concat(locals)));
        return locals;
    }

    private static void WriteDescription(CodeWriter writer, MethodModel method)
    {
        using (writer.Block($"public static {CodeWriter.Ours("RpcMethodDescription")} Method {{ get; }} = new()", ";"))
        {
            var rules = method.Rules;
            writer.Line($"Name = {Constants.Literal(method.Wire)},");
            if (method.Docs.Summary is { } summary)
                writer.Line($"Description = {Constants.Literal(summary)},");
            if (rules.Access != "Control")
                writer.Line($"Access = {CodeWriter.Ours("RpcAccess")}.{rules.Access},");
            if (rules.Lock != "Respects")
                writer.Line($"Lock = {CodeWriter.Ours("LockRule")}.{rules.Lock},");
            if (rules.Idempotent)
                writer.Line("Idempotent = true,");
            if (rules.Cancellable)
                writer.Line("Cancellable = true,");
            if (rules.TimeoutMs > 0)
                writer.Line($"Timeout = global::System.TimeSpan.FromMilliseconds({rules.TimeoutMs}d),");
            SchemaText.WriteArguments(writer, method.Parameters);
            if (method.Result is { } result)
                writer.Line($"Result = {SchemaText.Of(result.DataType, method.ResultNotes)},");
        }
    }

    private static void WriteInvoke(CodeWriter writer, MethodModel method, string target, List<string> locals)
    {
        var call = $"target.{Identifiers.Escape(method.Name)}({string.Join(", ", locals)})";
        var header = $"public {ResultOf(method)} Invoke({target} target)";
        if (method.Result is not null)
        {
            writer.Line($"{header} => {call};");
            return;
        }

        using (writer.Block(header))
        {
            writer.Line(call + ";");
            writer.Line("return default;");
        }
    }

    private static void WriteArguments(CodeWriter writer, MethodModel method, List<string> locals)
    {
        using (writer.Block("public void WriteArguments(global::System.Text.Json.Utf8JsonWriter writer)"))
        {
            writer.Line("writer.WriteStartObject();");
            for (var index = 0; index < locals.Count; index++)
                writer.Line($"{method.Parameters[index].Value!.DataType}.WriteMember(writer, {Constants.Literal(method.Parameters[index].Wire)}u8, {locals[index]});");
            writer.Line("writer.WriteEndObject();");
        }
    }

    private static string ReadMember(ParameterModel parameter)
    {
        var fallback = parameter.Fallback is { } value ? ", " + value : "";
        return $"{parameter.Value!.DataType}.ReadMember(arguments, {Constants.Literal(parameter.Wire)}{fallback})";
    }
}
