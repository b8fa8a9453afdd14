using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>
/// Proxies of the same assembly as constructors name them: while the generator reads, they are not there yet, so that the compiler
/// knows only their names.
/// </summary>
internal static class UnmadeProxies
{
    private const string Suffix = "Proxy";

    /// <summary>Whether an unknown type is named like a proxy that will be made.</summary>
    public static bool IsOne(ITypeSymbol type) => type is IErrorTypeSymbol { Arity: 0 } && type.Name.Length > Suffix.Length && type.Name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>The parameter's type as generated code names it.</summary>
    public static string Spell(IParameterSymbol parameter)
    {
        if (!IsOne(parameter.Type))
            return Spelling.Of(parameter.Type);
        var mark = parameter.NullableAnnotation == NullableAnnotation.Annotated ? "?" : "";
        var target = parameter.Type.Name.Substring(0, parameter.Type.Name.Length - Suffix.Length);
        // A proxy is made in the namespace of its class; if there is no such class the compiler says so at the name as it was written.
        return (FindAround(parameter.ContainingNamespace, target) ?? FindNamespace(parameter.ContainingAssembly.GlobalNamespace, target)) is { } space
            ? $"global::{(space.Length == 0 ? "" : space + ".")}{parameter.Type.Name}{mark}"
            : parameter.Type.Name + mark;
    }

    // As C# looks names up: in the namespace of the class, then in those around it.
    private static string? FindAround(INamespaceSymbol? space, string type)
    {
        for (; space is not null; space = space.ContainingNamespace)
        {
            if (space.GetTypeMembers(type).Length > 0)
                return NameOf(space);
        }

        return null;
    }

    private static string NameOf(INamespaceSymbol space) => space.IsGlobalNamespace ? "" : space.ToDisplayString();

    private static string? FindNamespace(INamespaceSymbol space, string type)
    {
        if (space.GetTypeMembers(type).Length > 0)
            return NameOf(space);
        return space.GetNamespaceMembers().Select(inner => FindNamespace(inner, type)).FirstOrDefault(static found => found is not null);
    }
}
