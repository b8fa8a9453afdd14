using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads RPC methods.</summary>
internal sealed class MethodReader(TypeReader types, List<Diagnosis> diagnoses)
{
    private readonly ParameterReader _parameters = new(types, diagnoses);
    private readonly NotesReader _notes = new(diagnoses);

    /// <summary>The RPC methods of a class, inherited ones first; of an overridden one the last override.</summary>
    public static IEnumerable<IMethodSymbol> Find(INamedTypeSymbol type)
    {
        var found = new List<IMethodSymbol>();
        foreach (var part in Known.Chain(type).TakeWhile(static part => !Known.IsOfRuntime(part)).Reverse())
        {
            foreach (var method in part.GetMembers().OfType<IMethodSymbol>().Where(static method => AttributeOf(method) is not null))
            {
                var overridden = found.FindIndex(known => SymbolEqualityComparer.Default.Equals(known, method.OverriddenMethod));
                if (overridden >= 0)
                    found[overridden] = method;
                else
                    found.Add(method);
            }
        }

        return found;
    }

    /// <summary>The model of a method; null, and a diagnosis, when it cannot be called from outside.</summary>
    public MethodModel? Read(IMethodSymbol method, ISymbol use)
    {
        if (!HasRightShape(method, use))
            return null;
        var wire = WireName.Of(method.Name);
        if (!WireName.IsValid(wire))
        {
            diagnoses.Add(Diagnoses.InvalidName($"{method.ContainingType.Name}.{method.Name}", wire, method, use));
            return null;
        }

        var docs = DocsReader.Read(method, types.CancellationToken);
        var parameters = method.Parameters.Select(parameter => _parameters.ReadValue(parameter, $"{method.Name}({parameter.Name})", docs, use)).ToList();
        if (parameters.Contains(null) || !HasUniqueNames(method, parameters!, use))
            return null;
        if (method.ReturnsVoid)
            return new MethodModel(method.Name, wire, RulesOf(method), null, SchemaNotes.None, parameters.ToEquatable()!, docs);

        var subject = $"the result of {method.Name}";
        if (types.Read(method.ReturnType, subject, method.Locations.Any(static location => location.IsInSource) ? method : use) is not { } result)
            return null;
        var notes = _notes.Read(method.GetReturnTypeAttributes(), result, subject, method);
        return new MethodModel(method.Name, wire, RulesOf(method), result, notes with { Description = notes.Description ?? docs.Returns }, parameters.ToEquatable()!, docs);
    }

    /// <summary>Whether the method, apart from its types, can be called from outside.</summary>
    public bool HasRightShape(IMethodSymbol method, ISymbol use)
    {
        if (IsTask(method.ReturnType))
        {
            diagnoses.Add(Diagnoses.ReturnsTask(method, use));
            return false;
        }

        if (WhatIsWrong(method) is not var (reason, fix))
            return true;
        diagnoses.Add(Diagnoses.WrongMethod(method, reason, fix, use));
        return false;
    }

    private bool HasUniqueNames(IMethodSymbol method, List<ParameterModel> parameters, ISymbol use)
    {
        var twice = parameters.GroupBy(static parameter => parameter.Wire).FirstOrDefault(static group => group.Count() > 1);
        if (twice is null)
            return true;
        diagnoses.Add(Diagnoses.NameTaken($"{method.Name}({twice.Last().Name})", twice.Key, $"the parameter {twice.First().Name}", use, method));
        return false;
    }

    private static (string Reason, string Fix)? WhatIsWrong(IMethodSymbol method)
    {
        if (method.DeclaredAccessibility != Accessibility.Public)
            return ("it is not public", "make it public, because its proxy is");
        if (method.IsStatic)
            return ("it is static", "make it an instance method: it is an object that is called");
        if (method.IsGenericMethod)
            return ("it is generic", "name the types, because a caller across the border cannot");
        if (method.ReturnsByRef || method.ReturnsByRefReadonly)
            return ("it returns by reference", "return the value");
        foreach (var parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None)
                return ($"its parameter {parameter.Name} is passed by reference", "take the value, and return what you would write to it");
            if (parameter.IsParams)
                return ($"its parameter {parameter.Name} is params", "take an array");
            if (parameter.Type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer || parameter.Type.IsRefLikeType)
                return ($"its parameter {parameter.Name} points into memory", "take an array or a value");
        }

        return null;
    }

    private static bool IsTask(ITypeSymbol type) => Known.NameOf(type) is
        "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask" or "System.Collections.Generic.IAsyncEnumerable";

    private static AttributeData? AttributeOf(IMethodSymbol method)
    {
        for (var current = method; current is not null; current = current.OverriddenMethod)
        {
            if (Known.Find(current, Known.RpcMethodAttribute) is { } attribute)
                return attribute;
        }

        return null;
    }

    private static MethodRules RulesOf(IMethodSymbol method)
    {
        var attribute = AttributeOf(method)!;
        return new MethodRules(
            NameOf(attribute, "Access", "Control"),
            NameOf(attribute, "Lock", "Respects"),
            Known.Named(attribute, "Idempotent", false),
            Known.Named(attribute, "Cancellable", false),
            Known.Named(attribute, "TimeoutMs", 0));
    }

    private static string NameOf(AttributeData attribute, string name, string fallback)
    {
        var constant = attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value;
        return constant is { Kind: TypedConstantKind.Enum, Value: { } value, Type: INamedTypeSymbol type } && Constants.FieldOf(value, type) is { } field ? field.Name : fallback;
    }
}
