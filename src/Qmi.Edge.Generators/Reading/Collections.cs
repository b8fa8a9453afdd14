using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>The generic collections that have a JSON form.</summary>
internal static class Collections
{
    /// <summary>The name of the method of <c>DataTypes</c> that makes the form, or null.</summary>
    public static string? Find(INamedTypeSymbol type)
    {
        if (type.Arity == 0 || type.Arity == 2 && type.TypeArguments[0].SpecialType != SpecialType.System_String)
            return null;
        return (Known.NameOf(type), type.Arity) switch
        {
            ("System.Collections.Generic.List", 1) => "List",
            ("System.Collections.Generic.IReadOnlyList", 1) => "ReadOnlyList",
            ("System.Collections.Immutable.ImmutableArray", 1) => "ImmutableArray",
            ("System.Collections.Generic.Dictionary", 2) => "Dictionary",
            ("System.Collections.Generic.IReadOnlyDictionary", 2) => "ReadOnlyDictionary",
            _ => null,
        };
    }
}
