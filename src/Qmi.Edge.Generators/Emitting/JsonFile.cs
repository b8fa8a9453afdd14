namespace Qmi.Edge.Generators;

/// <summary>Writes the one class that carries the JSON form of all types of an assembly.</summary>
internal static class JsonFile
{
    public const string Name = "EdgeJson.g.cs";

    public static string Write(string? assembly, EquatableArray<DataTypeModel> types)
    {
        var writer = new CodeWriter();
        writer.Line($"namespace {TypeReader.JsonNamespaceOf(assembly)};");
        writer.Line();
        writer.Summary("How the values that cross the border of the box look as JSON. Each type stands after those it is made of.");
        writer.Line(CodeWriter.GeneratedCode);
        using (writer.Block("internal static class EdgeJson"))
        {
            foreach (var type in types)
            {
                if (!type.Equals(types[0]))
                    writer.Line();
                Write(writer, type);
            }

            foreach (var record in types.OfType<RecordTypeModel>())
            {
                writer.Line();
                ConverterText.Write(writer, record);
            }
        }

        return writer.ToString();
    }

    private static void Write(CodeWriter writer, DataTypeModel type)
    {
        var header = $"internal static {CodeWriter.Ours("DataType")}<{type.CSharp}> {type.Key} {{ get; }} =";
        switch (type)
        {
            case ComposedTypeModel composed:
                writer.Line($"{header} {composed.Expression};");
                break;
            case EnumTypeModel enumeration:
                writer.Line($"{header} {CodeWriter.Ours("DataTypes.Enum")}(");
                using (writer.Indent())
                {
                    foreach (var value in enumeration.Values)
                        writer.Line($"({value.CSharp}, {Constants.Literal(value.Wire)}){(value.Equals(enumeration.Values[enumeration.Values.Count - 1]) ? ");" : ",")}");
                }

                break;
            case RecordTypeModel record:
                WriteRecord(writer, header, record);
                break;
        }
    }

    private static void WriteRecord(CodeWriter writer, string header, RecordTypeModel record)
    {
        writer.Line($"{header} {CodeWriter.Ours("DataTypes.Record")}<{record.CSharp}>(");
        using (writer.Indent())
        {
            writer.Line($"new {ConverterText.NameOf(record)}(),");
            using (writer.Block("new()", ");"))
            {
                writer.Line($"Type = {CodeWriter.Ours("SchemaType.Object")},");
                if (record.Description is { } description)
                    writer.Line($"Description = {Constants.Literal(description)},");
                if (record.Members.Count > 0)
                    SchemaText.WriteProperties(writer, record.Members.Select(static member => (member.Wire, SchemaText.Of(member.Type.Local, member.Notes), member.IsRequired)));
            }
        }
    }
}
