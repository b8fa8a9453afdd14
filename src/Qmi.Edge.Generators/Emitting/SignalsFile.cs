namespace Qmi.Edge.Generators;

/// <summary>Writes the part of a class that implements its declared signals.</summary>
internal static class SignalsFile
{
    public static string NameOf(SignalPart part) => part.Place.FileName + ".Signals.g.cs";

    public static string Write(SignalPart part)
    {
        var writer = new CodeWriter();
        var scopes = writer.Enter(part.Place);
        using (writer.Block(part.Place.Header))
        {
            foreach (var property in part.Properties)
            {
                var field = $"_{char.ToLowerInvariant(property.Name[0])}{property.Name.Substring(1)}Signal";
                var type = $"{CodeWriter.Ours("Signal")}<{property.ValueCSharp}>";
                if (property != part.Properties[0])
                    writer.Line();
                writer.Line($"private {type}? {field};");
                writer.Line();
                writer.Line(CodeWriter.GeneratedCode);
                writer.Line($"{property.Modifiers} {type} {Identifiers.Escape(property.Name)} => {field} ??= base.Signals.Get<{property.ValueCSharp}>({Constants.Literal(property.Wire)});");
            }
        }

        CodeWriter.Leave(scopes);
        return writer.ToString();
    }
}
