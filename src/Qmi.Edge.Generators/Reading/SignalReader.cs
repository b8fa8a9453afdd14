using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Qmi.Edge.Generators;

/// <summary>Reads declared signals.</summary>
internal sealed class SignalReader(TypeReader types, List<Diagnosis> diagnoses)
{
    /// <summary>The signals of a class, inherited ones first.</summary>
    public static IEnumerable<IPropertySymbol> Find(INamedTypeSymbol type) =>
        Known.Chain(type).TakeWhile(static part => !Known.IsOfRuntime(part)).Reverse().SelectMany(FindOwn);

    /// <summary>Those that the class itself declares.</summary>
    public static IEnumerable<IPropertySymbol> FindOwn(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IPropertySymbol>().Where(static property => Known.Find(property, Known.SignalAttribute) is not null);

    public SignalModel? Read(IPropertySymbol property, ISymbol use)
    {
        if (ValueOf(property) is not { } value || IsInSource(property) && WhatIsWrong(property) is not null)
            return null;
        var wire = WireName.Of(property.Name);
        if (!WireName.IsValid(wire))
        {
            diagnoses.Add(Diagnoses.InvalidName($"{property.ContainingType.Name}.{property.Name}", wire, property, use));
            return null;
        }

        if (types.Read(value, $"signal {property.Name}", IsInSource(property) ? property : use) is not { } type)
            return null;
        var attribute = Known.Find(property, Known.SignalAttribute)!;
        var capacity = Known.Named(attribute, "Capacity", 0);
        return new SignalModel(property.Name, wire, type, Known.Named(attribute, "Reliable", false), Known.Named(attribute, "Binary", false), capacity > 0 ? capacity : null, DocsReader.Read(property, types.CancellationToken));
    }

    /// <summary>The part of the class that implements its own signals; null when it declares none that can be.</summary>
    public static SignalPart? ReadPart(INamedTypeSymbol type)
    {
        var properties = FindOwn(type)
            .Where(static property => WhatIsWrong(property) is null)
            .Select(static property => new SignalProperty(property.Name, WireName.Of(property.Name), Spelling.Of(ValueOf(property)!), ModifiersOf(property)))
            .ToEquatable();
        return properties.Count == 0 ? null : new SignalPart(Spelling.PlaceOf(type), properties);
    }

    /// <summary>Why a property cannot be a signal, or null.</summary>
    public static string? WhatIsWrong(IPropertySymbol property)
    {
        if (!Known.Chain(property.ContainingType).Any(static part => Known.IsOurs(part, "QmiTask", 2) || Known.IsOurs(part, "QmiInstrument")))
            return "its class is neither a task nor an instrument";
        if (ValueOf(property) is null)
            return $"its type is {Spelling.Say(property.Type)}";
        if (property.IsStatic)
            return "it is static";
        if (property.SetMethod is not null)
            return "it can be set";
        return DeclarationOf(property)?.Modifiers.Any(SyntaxKind.PartialKeyword) == true ? null : "it is not partial";
    }

    private static ITypeSymbol? ValueOf(IPropertySymbol property) =>
        Known.IsOurs(property.Type, "Signal", 1) ? ((INamedTypeSymbol)property.Type).TypeArguments[0] : null;

    private static string ModifiersOf(IPropertySymbol property) =>
        string.Join(" ", DeclarationOf(property)!.Modifiers.Where(static modifier => !modifier.IsKind(SyntaxKind.PartialKeyword)).Select(static modifier => modifier.Text).Append("partial"));

    private static PropertyDeclarationSyntax? DeclarationOf(IPropertySymbol property) =>
        property.DeclaringSyntaxReferences.Select(static reference => reference.GetSyntax()).OfType<PropertyDeclarationSyntax>().FirstOrDefault();

    private static bool IsInSource(ISymbol symbol) => symbol.Locations.Any(static location => location.IsInSource);
}
