using System.Globalization;

namespace Qmi.Edge.Generators;

/// <summary>Writes schemas as C#.</summary>
internal static class SchemaText
{
    /// <summary>The schema of a type with what is known about one use of it.</summary>
    public static string Of(string dataType, SchemaNotes notes)
    {
        var changes = Changes(notes);
        return changes.Length == 0 ? dataType + ".Schema" : $"{dataType}.Schema with {{ {changes} }}";
    }

    /// <summary>The members of an object's schema, one a line.</summary>
    public static void WriteProperties(CodeWriter writer, IEnumerable<(string Name, string Schema, bool IsRequired)> properties)
    {
        writer.Line("Properties =");
        writer.Line("[");
        using (writer.Indent())
        {
            foreach (var (name, schema, isRequired) in properties)
                writer.Line($"new({Constants.Literal(name)}, {schema}{(isRequired ? ", Required: true" : "")}),");
        }

        writer.Line("],");
    }

    /// <summary>The schema of arguments.</summary>
    public static void WriteArguments(CodeWriter writer, EquatableArray<ParameterModel> parameters)
    {
        if (parameters.Count == 0)
            return;
        using (writer.Block($"Arguments = new()", ","))
        {
            writer.Line($"Type = {CodeWriter.Ours("SchemaType.Object")},");
            WriteProperties(writer, parameters.Select(static parameter => (parameter.Wire, OfParameter(parameter), parameter.Fallback is null)));
        }
    }

    private static string OfParameter(ParameterModel parameter) => parameter.Value is { } value
        ? Of(value.DataType, parameter.Notes)
        : Of(CodeWriter.Ours("DataTypes.String"), parameter.Notes with { Description = parameter.Notes.Description ?? "The name of another object of the box." });

    private static string Changes(SchemaNotes notes)
    {
        var changes = new List<string>();
        Add(changes, "Description", notes.Description, isText: true);
        Add(changes, "Unit", notes.Unit, isText: true);
        Add(changes, "Minimum", notes.Minimum);
        Add(changes, "Maximum", notes.Maximum);
        Add(changes, "MinLength", notes.MinLength?.ToString(CultureInfo.InvariantCulture));
        Add(changes, "MaxLength", notes.MaxLength?.ToString(CultureInfo.InvariantCulture));
        Add(changes, "Pattern", notes.Pattern, isText: true);
        Add(changes, "WriteOnly", notes.IsSecret ? "true" : null);
        Add(changes, "Default", notes.IsSecret ? null : notes.Default, isText: true);
        return string.Join(", ", changes);
    }

    private static void Add(List<string> changes, string name, string? value, bool isText = false)
    {
        if (value is not null)
            changes.Add($"{name} = {(isText ? Constants.Literal(value) : value)}");
    }
}
