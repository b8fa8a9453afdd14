using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads enums.</summary>
internal static class EnumReader
{
    public static EnumTypeModel? Read(INamedTypeSymbol type, string key, string path, ISymbol symbol, List<Diagnosis> diagnoses, CancellationToken cancellationToken)
    {
        var fields = type.GetMembers().OfType<IFieldSymbol>().Where(static field => field.HasConstantValue).ToList();
        if (fields.Count == 0 || Known.Find(type, "System.FlagsAttribute") is not null)
        {
            diagnoses.Add(Diagnoses.NoJsonForm(type, path, fields.Count == 0 ? "give the enum a value" : "use a record with a bool for each flag: the names of an enum cannot be combined", symbol));
            return null;
        }

        var values = new Dictionary<string, string>();
        foreach (var field in fields)
        {
            var wire = WireName.Of(field.Name);
            if (values.ContainsKey(wire))
                diagnoses.Add(Diagnoses.NameTaken($"{Spelling.Say(type)}.{field.Name}", wire, "another value of the enum", symbol, field));
            else
                values.Add(wire, $"{Spelling.OfBare(type)}.{Identifiers.Escape(field.Name)}");
        }

        return new EnumTypeModel(key, Spelling.Of(type), DocsReader.Read(type, cancellationToken).Summary, values.Select(static value => (value.Value, value.Key)).ToEquatable());
    }
}
