using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads records marked with <c>[JsonRecord]</c>.</summary>
internal static class JsonRecordReader
{
    public static Found Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        var diagnoses = new List<Diagnosis>();
        var types = new TypeReader(context.SemanticModel.Compilation, diagnoses, cancellationToken);
        var type = (INamedTypeSymbol)context.TargetSymbol;
        if (type.IsGenericType)
            diagnoses.Add(Diagnoses.Generic(type));
        var use = type.IsGenericType ? null : types.Read(type, type.Name, type);
        return new Found
        {
            JsonRecord = use is null ? null : new JsonRecordModel(Spelling.PlaceOf(type), use),
            Types = use is null ? default : types.Types,
            Diagnoses = diagnoses.ToEquatable(),
        };
    }
}
