using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads the parameters of RPC methods and constructors.</summary>
internal sealed class ParameterReader(TypeReader types, List<Diagnosis> diagnoses)
{
    private readonly NotesReader _notes = new(diagnoses);

    /// <summary>A parameter that is a value; null when its type has no JSON form.</summary>
    public ParameterModel? ReadValue(IParameterSymbol parameter, string subject, Docs docs, ISymbol use)
    {
        if (types.Read(parameter.Type, subject, Nearest(parameter, use)) is not { } type)
            return null;
        var declared = DefaultOf(parameter);
        var notes = _notes.Read(parameter.GetAttributes(), type, subject, Nearest(parameter, use));
        notes = notes with
        {
            Description = notes.Description ?? docs.Of(parameter.Name),
            Default = parameter.HasExplicitDefaultValue ? Constants.ToJson(parameter.ExplicitDefaultValue, parameter.Type) : null,
        };
        return new ParameterModel(Identifiers.Escape(parameter.Name), WireName.Of(parameter.Name), Spelling.Of(parameter.Type), type, declared ?? (type.IsNullable ? "null" : null), declared, notes);
    }

    /// <summary>A parameter that is another object of the box.</summary>
    public ParameterModel ReadObject(IParameterSymbol parameter, Docs docs)
    {
        var declared = DefaultOf(parameter);
        var notes = SchemaNotes.None with { Description = docs.Of(parameter.Name) };
        var fallback = declared ?? (parameter.NullableAnnotation == NullableAnnotation.Annotated ? "null" : null);
        return new ParameterModel(Identifiers.Escape(parameter.Name), WireName.Of(parameter.Name), UnmadeProxies.Spell(parameter), null, fallback, declared, notes);
    }

    /// <summary>Whether a constructor's parameter names another object of the box, rather than being a value.</summary>
    public static bool IsObject(ITypeSymbol type) => type switch
    {
        IErrorTypeSymbol => UnmadeProxies.IsOne(type),
        INamedTypeSymbol named when Collections.Find(named) is not null => false,
        { TypeKind: TypeKind.Interface or TypeKind.Delegate } => true,
        { TypeKind: TypeKind.Class, IsRecord: false } => Primitives.Find(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated)) is null,
        _ => false,
    };

    private static string? DefaultOf(IParameterSymbol parameter) =>
        parameter.HasExplicitDefaultValue ? Constants.ToCSharp(parameter.ExplicitDefaultValue, parameter.Type) : null;

    private static ISymbol Nearest(ISymbol declaration, ISymbol use) => declaration.Locations.Any(static location => location.IsInSource) ? declaration : use;
}
