using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Qmi.Edge.Generators;

/// <summary>How types and classes are written in generated code.</summary>
internal static class Spelling
{
    private static readonly SymbolDisplayFormat Global = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat Short = SymbolDisplayFormat.MinimallyQualifiedFormat;

    /// <summary>The type from <c>global::</c> on.</summary>
    public static string Of(ITypeSymbol type) => type.ToDisplayString(Global);

    /// <summary>The type as people say it.</summary>
    public static string Say(ITypeSymbol type) => type.ToDisplayString(Short);

    /// <summary>The type without the mark of a nullable reference.</summary>
    public static string OfBare(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    public static ClassPlace PlaceOf(INamedTypeSymbol type)
    {
        var containers = new Stack<string>();
        var flat = type.Name;
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            containers.Push(Header(outer));
            flat = outer.Name + flat;
        }

        var space = type.ContainingNamespace is { IsGlobalNamespace: false } named ? named.ToDisplayString() : "";
        return new ClassPlace(space, containers.ToEquatable(), Header(type), type.Name, flat, OfBare(type), Known.NameOf(type), type.Arity, IsPublic(type) ? "public" : "internal");
    }

    /// <summary>Whether everybody can use the type.</summary>
    public static bool IsPublic(ITypeSymbol type) => Reach(type).All(static part => part.DeclaredAccessibility == Accessibility.Public);

    /// <summary>Whether code elsewhere in the assembly can use the type.</summary>
    public static bool IsAccessible(ITypeSymbol type) => Reach(type).All(static part =>
        part.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal or Accessibility.NotApplicable);

    public static bool IsPartial(INamedTypeSymbol type) => type.DeclaringSyntaxReferences
        .Select(static reference => reference.GetSyntax())
        .OfType<TypeDeclarationSyntax>()
        .Any(static declaration => declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    /// <summary>The first of the class and those around it that is not partial, or null.</summary>
    public static INamedTypeSymbol? FirstNotPartial(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.ContainingType)
        {
            if (!IsPartial(current))
                return current;
        }

        return null;
    }

    private static IEnumerable<INamedTypeSymbol> Reach(ITypeSymbol type)
    {
        for (var current = type as INamedTypeSymbol; current is not null; current = current.ContainingType)
        {
            yield return current;
            foreach (var part in current.TypeArguments.SelectMany(Reach))
                yield return part;
        }
    }

    private static string Header(INamedTypeSymbol type)
    {
        var kind = (type.IsRecord, type.TypeKind) switch
        {
            (true, TypeKind.Struct) => "record struct",
            (true, _) => "record",
            (_, TypeKind.Struct) => "struct",
            (_, TypeKind.Interface) => "interface",
            _ => "class",
        };
        var parameters = type.TypeParameters.Length == 0 ? "" : $"<{string.Join(", ", type.TypeParameters.Select(static parameter => parameter.Name))}>";
        return $"partial {kind} {Identifiers.Escape(type.Name)}{parameters}";
    }
}
