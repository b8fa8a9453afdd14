using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads the constructor of a task or instrument.</summary>
internal sealed class ConstructorReader(TypeReader types, List<Diagnosis> diagnoses)
{
    private readonly ParameterReader _parameters = new(types, diagnoses);

    /// <summary>The parameters other than the first; null, and a diagnosis, when the constructor cannot be called.</summary>
    /// <param name="type">The class.</param>
    /// <param name="init">The type of the first parameter.</param>
    public EquatableArray<ParameterModel>? Read(INamedTypeSymbol type, string init)
    {
        var constructors = type.InstanceConstructors.Where(static constructor => constructor.DeclaredAccessibility == Accessibility.Public).ToList();
        if (constructors.Count > 1)
        {
            diagnoses.Add(Diagnoses.SeveralConstructors(type, constructors.Count, constructors[1]));
            return null;
        }

        if (constructors is not [{ Parameters: [var first, ..] } constructor] || !Known.IsOurs(first.Type, init)
            || constructor.Parameters.Skip(1).Any(parameter => Known.IsOurs(parameter.Type, init)))
        {
            diagnoses.Add(Diagnoses.NoInit(type, init));
            return null;
        }

        var docs = DocsReader.Read(type, types.CancellationToken);
        if (docs.Parameters.Count == 0)
            docs = DocsReader.Read(constructor, types.CancellationToken);
        var parameters = constructor.Parameters.Skip(1).Select(parameter => Read(type, parameter, docs)).ToList();
        return parameters.Contains(null) || !HasUniqueNames(type, parameters!) ? null : parameters.ToEquatable()!;
    }

    private ParameterModel? Read(INamedTypeSymbol type, IParameterSymbol parameter, Docs docs) => ParameterReader.IsObject(parameter.Type)
        ? _parameters.ReadObject(parameter, docs)
        : _parameters.ReadValue(parameter, $"{type.Name}({parameter.Name})", docs, type);

    private bool HasUniqueNames(INamedTypeSymbol type, List<ParameterModel> parameters)
    {
        var twice = parameters.GroupBy(static parameter => parameter.Wire).FirstOrDefault(static group => group.Count() > 1);
        if (twice is null)
            return true;
        diagnoses.Add(Diagnoses.NameTaken($"{type.Name}({twice.Last().Name})", twice.Key, $"the parameter {twice.First().Name}", type));
        return false;
    }
}
