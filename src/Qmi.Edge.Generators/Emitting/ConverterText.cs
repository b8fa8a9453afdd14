namespace Qmi.Edge.Generators;

/// <summary>Writes the converter of a record: straight-line code that lets the record itself say what its defaults are.</summary>
internal static class ConverterText
{
    public static string NameOf(RecordTypeModel record) => record.Key + "Converter";

    public static void Write(CodeWriter writer, RecordTypeModel record)
    {
        using (writer.Block($"private sealed class {NameOf(record)} : global::System.Text.Json.Serialization.JsonConverter<{record.CSharp}>"))
        {
            WriteRead(writer, record);
            writer.Line();
            WriteWrite(writer, record);
        }
    }

    private static void WriteRead(CodeWriter writer, RecordTypeModel record)
    {
        using (writer.Block($"public override {record.CSharp} Read(ref global::System.Text.Json.Utf8JsonReader reader, global::System.Type typeToConvert, global::System.Text.Json.JsonSerializerOptions options)"))
        {
            foreach (var member in record.Members)
                writer.Line($"var {member.Local} = new {CodeWriter.Ours("JsonMember")}<{member.Type.CSharp}>({Constants.Literal(member.Wire)}u8);");
            writer.Line($"{CodeWriter.Ours("JsonMembers.Begin")}(ref reader);");
            using (writer.Block($"while ({CodeWriter.Ours("JsonMembers.MoveNext")}(ref reader))"))
            {
                writer.Line(record.Members.Count == 0 ? $"{CodeWriter.Ours("JsonMembers.Skip")}(ref reader);" : "_ =");
                if (record.Members.Count > 0)
                {
                    using (writer.Indent())
                    {
                        foreach (var member in record.Members)
                            writer.Line($"{member.Local}.TryRead(ref reader, {member.Type.Local}) ||");
                        writer.Line($"{CodeWriter.Ours("JsonMembers.Skip")}(ref reader);");
                    }
                }
            }

            writer.Line();
            WriteCreate(writer, record);
        }
    }

    private static void WriteCreate(CodeWriter writer, RecordTypeModel record)
    {
        var creation = $"new {record.CSharp}({string.Join(", ", Of(record, MemberRole.Parameter).Select(Argument))})";
        var required = Of(record, MemberRole.Required).Select(static member => $"{member.Name} = {member.Local}.Required").ToList();
        if (required.Count > 0)
            creation += $" {{ {string.Join(", ", required)} }}";

        var others = Of(record, MemberRole.Init).ToList();
        if (others.Count == 0)
        {
            writer.Line($"return {creation};");
            return;
        }

        writer.Line($"var defaults = {creation};");
        using (writer.Block("return defaults with", ";"))
        {
            foreach (var member in others)
                writer.Line($"{member.Name} = {member.Local}.Or(defaults.{member.Name}),");
        }
    }

    private static void WriteWrite(CodeWriter writer, RecordTypeModel record)
    {
        using (writer.Block($"public override void Write(global::System.Text.Json.Utf8JsonWriter writer, {record.CSharp} value, global::System.Text.Json.JsonSerializerOptions options)"))
        {
            writer.Line("writer.WriteStartObject();");
            foreach (var member in record.Members)
                writer.Line($"{member.Type.Local}.WriteMember(writer, {Constants.Literal(member.Wire)}u8, value.{member.Name});");
            writer.Line("writer.WriteEndObject();");
        }
    }

    private static IEnumerable<MemberModel> Of(RecordTypeModel record, MemberRole role) => record.Members.Where(member => member.Role == role);

    private static string Argument(MemberModel member) => member.Fallback is { } fallback ? $"{member.Local}.Or({fallback})" : $"{member.Local}.Required";
}
