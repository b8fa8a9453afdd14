using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>The types of the runtime and the framework that the generator knows, recognised by name.</summary>
internal static class Known
{
    public const string Runtime = "Qmi.Edge.Runtime";
    public const string RpcMethodAttribute = Runtime + ".RpcMethodAttribute";
    public const string SignalAttribute = Runtime + ".SignalAttribute";
    public const string JsonRecordAttribute = Runtime + ".JsonRecordAttribute";
    public const string TaskRunnerAttribute = Runtime + ".TaskRunnerAttribute";
    public const string TypeNameAttribute = Runtime + ".TypeNameAttribute";
    public const string UnitAttribute = Runtime + ".UnitAttribute";
    public const string SecretAttribute = Runtime + ".SecretAttribute";

    /// <summary>The name of a type without type arguments, with its namespace: <c>Qmi.Edge.Runtime.QmiTask</c>.</summary>
    public static string NameOf(ITypeSymbol type)
    {
        var name = type.Name;
        for (ISymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
            name = outer.Name + "." + name;
        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + name : name;
    }

    public static bool Is(ITypeSymbol? type, string name, int arity = 0) =>
        type is INamedTypeSymbol named && named.Arity == arity && name.EndsWith(named.Name, StringComparison.Ordinal) && NameOf(named) == name;

    /// <summary>A type of the runtime by its short name.</summary>
    public static bool IsOurs(ITypeSymbol? type, string name, int arity = 0) =>
        type is INamedTypeSymbol named && named.Name == name && named.Arity == arity && named.ContainingNamespace?.ToDisplayString() == Runtime;

    public static AttributeData? Find(ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(data => data.AttributeClass is { } type && Is(type, attribute));

    /// <summary>The class and the classes it derives from, nearest first.</summary>
    public static IEnumerable<INamedTypeSymbol> Chain(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
            yield return current;
    }

    public static INamedTypeSymbol? FindBase(INamedTypeSymbol type, string name, int arity = 0) =>
        Chain(type).FirstOrDefault(candidate => IsOurs(candidate, name, arity));

    /// <summary>Whether the runtime itself declares it.</summary>
    public static bool IsOfRuntime(INamedTypeSymbol type) => type.ContainingAssembly?.Name == Runtime;

    public static T Named<T>(AttributeData attribute, string name, T fallback)
    {
        foreach (var argument in attribute.NamedArguments)
        {
            if (argument.Key == name && argument.Value.Value is T value)
                return value;
        }

        return fallback;
    }
}
