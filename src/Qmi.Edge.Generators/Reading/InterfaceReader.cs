using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Finds the interfaces that a proxy can implement as well as its object.</summary>
internal static class InterfaceReader
{
    /// <summary>The interfaces of a class all of whose members are RPC methods.</summary>
    public static EquatableArray<string> Find(INamedTypeSymbol type, IReadOnlyCollection<IMethodSymbol> methods)
    {
        var covered = type.AllInterfaces.Where(candidate => !IsOfFramework(candidate) && Spelling.IsAccessible(candidate) && IsCovered(type, candidate, methods)).ToList();
        return covered.Where(candidate => candidate.AllInterfaces.All(inner => covered.Contains(inner, SymbolEqualityComparer.Default))).Select(Spelling.Of).ToEquatable();
    }

    private static bool IsCovered(INamedTypeSymbol type, INamedTypeSymbol candidate, IReadOnlyCollection<IMethodSymbol> methods) =>
        candidate.GetMembers().Where(static member => member is not INamedTypeSymbol).All(member => member is IMethodSymbol { IsStatic: false }
            && type.FindImplementationForInterfaceMember(member) is IMethodSymbol implementation
            && methods.Contains(implementation, SymbolEqualityComparer.Default));

    private static bool IsOfFramework(INamedTypeSymbol type) =>
        Known.IsOfRuntime(type) || type.ContainingNamespace?.ToDisplayString().Split('.')[0] is "System" or "Microsoft";
}
