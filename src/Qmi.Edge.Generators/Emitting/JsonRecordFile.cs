namespace Qmi.Edge.Generators;

/// <summary>Writes the class by which hand-written code reaches the JSON form of a record.</summary>
internal static class JsonRecordFile
{
    public static string NameOf(JsonRecordModel model) => model.Place.FileName + ".Json.g.cs";

    public static string Write(JsonRecordModel model)
    {
        var writer = new CodeWriter();
        writer.Enter(model.Place, withContainers: false);
        writer.Summary($"{model.Place.Name} as JSON.");
        writer.Line(CodeWriter.GeneratedCode);
        using (writer.Block($"{model.Place.Accessibility} static class {model.Place.FlatName}Json"))
        {
            writer.Summary("Reads, writes and describes it.");
            writer.Line($"public static {CodeWriter.Ours("DataType")}<{model.Type.CSharp}> DataType => {model.Type.DataType};");
        }

        return writer.ToString();
    }
}
