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
        else if (types.Read(type, type.Name, type) is { } use)
            return new Found { JsonRecord = new JsonRecordModel(Spelling.PlaceOf(type), use), Types = types.Types };
        return Found.Nothing with { Diagnoses = diagnoses.ToEquatable() };
    }
}
