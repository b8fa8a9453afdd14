using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>A member of a record that is a single value, perhaps inside of other records.</summary>
/// <param name="Path">The names on the way to it.</param>
/// <param name="Schema">What it looks like.</param>
internal sealed record ScalarMember(string[] Path, Schema Schema)
{
    /// <summary>All of a record, in order. Lists, dictionaries and secrets are none.</summary>
    public static IEnumerable<ScalarMember> Of(Schema? record) => record is { Type: SchemaType.Object } ? Below(record, []) : [];

    private static IEnumerable<ScalarMember> Below(Schema record, string[] path)
    {
        foreach (var property in record.Properties.Where(property => !property.Schema.WriteOnly))
        {
            string[] inner = [.. path, property.Name];
            switch (property.Schema.Type)
            {
                case SchemaType.Object:
                    foreach (var member in Below(property.Schema, inner))
                        yield return member;
                    break;
                case SchemaType.Boolean or SchemaType.Integer or SchemaType.Number or SchemaType.String:
                    yield return new ScalarMember(inner, property.Schema);
                    break;
            }
        }
    }
}
