using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Qmi.Edge.Generators;

/// <summary>Reads records and readonly structs: their data are the parameters of the constructor and the init-only properties.</summary>
internal sealed class RecordReader(TypeReader types, List<Diagnosis> diagnoses)
{
    private static readonly string[] TakenLocals = ["reader", "typeToConvert", "options", "defaults"];

    private readonly NotesReader _notes = new(diagnoses);

    public RecordTypeModel? Read(INamedTypeSymbol type, string key, string path, ISymbol symbol)
    {
        if (!type.IsRecord && !type.IsValueType)
        {
            diagnoses.Add(Diagnoses.NotRecord(type, path, symbol));
            return null;
        }

        if (FindMutable(type) is { } mutable)
        {
            diagnoses.Add(Diagnoses.Mutable(type, mutable, path, symbol));
            return null;
        }

        var properties = PropertiesOf(type);
        if (FindConstructor(type, properties) is not { } constructor)
        {
            diagnoses.Add(Diagnoses.NoJsonForm(type, path, "give it a public constructor whose parameters are its properties", symbol));
            return null;
        }

        var docs = DocsReader.Read(type, types.CancellationToken);
        var members = new List<MemberModel?>();
        foreach (var parameter in constructor.Parameters)
            members.Add(ReadParameter(type, parameter, FindProperty(properties, parameter)!, docs, path, symbol));
        var taken = constructor.Parameters.Select(parameter => FindProperty(properties, parameter)!.Name).ToList();
        foreach (var property in properties.Where(property => IsInit(property) && !taken.Contains(property.Name)))
            members.Add(ReadProperty(type, property, path, symbol));
        return members.Contains(null) || !HasUniqueNames(type, members!, symbol)
            ? null
            : new RecordTypeModel(key, Spelling.Of(type), docs.Summary, WithLocals(members!).ToEquatable());
    }

    private MemberModel? ReadParameter(INamedTypeSymbol owner, IParameterSymbol parameter, IPropertySymbol property, Docs docs, string path, ISymbol symbol)
    {
        if (types.Read(parameter.Type, $"{path}.{property.Name}", Nearest(property, symbol)) is not { } use)
            return null;
        var fallback = parameter.HasExplicitDefaultValue ? Constants.ToCSharp(parameter.ExplicitDefaultValue, parameter.Type) : use.IsNullable ? "null" : null;
        var notes = _notes.Read(parameter.GetAttributes().Concat(property.GetAttributes()), use, $"{Spelling.Say(owner)}.{property.Name}", Nearest(property, symbol));
        notes = notes with
        {
            Description = notes.Description ?? docs.Of(parameter.Name) ?? DocsReader.Read(property, types.CancellationToken).Summary,
            Default = parameter.HasExplicitDefaultValue ? Constants.ToJson(parameter.ExplicitDefaultValue, parameter.Type) : null,
        };
        return new MemberModel(Identifiers.Escape(property.Name), WireName.Of(property.Name), "", use, MemberRole.Parameter, fallback, notes);
    }

    private MemberModel? ReadProperty(INamedTypeSymbol owner, IPropertySymbol property, string path, ISymbol symbol)
    {
        if (types.Read(property.Type, $"{path}.{property.Name}", Nearest(property, symbol)) is not { } use)
            return null;
        var notes = _notes.Read(property.GetAttributes(), use, $"{Spelling.Say(owner)}.{property.Name}", Nearest(property, symbol));
        notes = notes with
        {
            Description = notes.Description ?? DocsReader.Read(property, types.CancellationToken).Summary,
            Default = property.IsRequired ? null : InitialiserOf(property),
        };
        return new MemberModel(Identifiers.Escape(property.Name), WireName.Of(property.Name), "", use, property.IsRequired ? MemberRole.Required : MemberRole.Init, null, notes);
    }

    /// <summary>The constant that a property is initialised with, as JSON.</summary>
    private string? InitialiserOf(IPropertySymbol property)
    {
        if (property.DeclaringSyntaxReferences is not [var reference] || reference.GetSyntax(types.CancellationToken) is not PropertyDeclarationSyntax { Initializer.Value: { } initialiser })
            return null;
        var constant = types.Compilation.GetSemanticModel(initialiser.SyntaxTree).GetConstantValue(initialiser, types.CancellationToken);
        return constant.HasValue ? Constants.ToJson(constant.Value, property.Type) : null;
    }

    private bool HasUniqueNames(INamedTypeSymbol type, List<MemberModel> members, ISymbol symbol)
    {
        var seen = new HashSet<string>();
        foreach (var member in members)
        {
            if (seen.Add(member.Wire))
                continue;
            diagnoses.Add(Diagnoses.NameTaken($"{Spelling.Say(type)}.{member.Name}", member.Wire, "another member", symbol, type.GetMembers(member.Name).FirstOrDefault()));
            return false;
        }

        return true;
    }

    private static IEnumerable<MemberModel> WithLocals(List<MemberModel> members)
    {
        var taken = new List<string>(TakenLocals);
        foreach (var member in members)
        {
            var local = Identifiers.Local(member.Name, taken);
            taken.Add(local);
            yield return member with { Local = local };
        }
    }

    /// <summary>All public properties, inherited ones first.</summary>
    private static List<IPropertySymbol> PropertiesOf(INamedTypeSymbol type)
    {
        var properties = new List<IPropertySymbol>();
        foreach (var part in Known.Chain(type).Reverse())
        {
            foreach (var property in part.GetMembers().OfType<IPropertySymbol>())
            {
                if (property is not { DeclaredAccessibility: Accessibility.Public, IsStatic: false, IsIndexer: false, GetMethod: not null })
                    continue;
                properties.RemoveAll(hidden => hidden.Name == property.Name);
                properties.Add(property);
            }
        }

        return properties;
    }

    /// <summary>The public constructor that takes the most properties, and nothing else.</summary>
    private static IMethodSymbol? FindConstructor(INamedTypeSymbol type, List<IPropertySymbol> properties) => type.InstanceConstructors
        .Where(static constructor => constructor.DeclaredAccessibility == Accessibility.Public)
        .Where(constructor => constructor.Parameters.All(parameter => FindProperty(properties, parameter) is not null))
        .OrderByDescending(static constructor => constructor.Parameters.Length)
        .FirstOrDefault();

    /// <summary>The property of a parameter: of the same name, or, in a constructor written by hand, of the same name in another case.</summary>
    private static IPropertySymbol? FindProperty(IReadOnlyCollection<IPropertySymbol> properties, IParameterSymbol parameter) => properties
        .Where(property => string.Equals(property.Name, parameter.Name, StringComparison.OrdinalIgnoreCase) && SymbolEqualityComparer.Default.Equals(property.Type, parameter.Type))
        .OrderByDescending(property => property.Name == parameter.Name)
        .FirstOrDefault();

    private static bool IsInit(IPropertySymbol property) => property.SetMethod is { IsInitOnly: true, DeclaredAccessibility: Accessibility.Public };

    /// <summary>A member through which a value could change after it was made.</summary>
    private static ISymbol? FindMutable(INamedTypeSymbol type) => Known.Chain(type)
        .Where(static part => part.SpecialType == SpecialType.None)
        .SelectMany(static part => part.GetMembers())
        .FirstOrDefault(static member => !member.IsStatic && member switch
        {
            IPropertySymbol { SetMethod: { IsInitOnly: false } } => true,
            IFieldSymbol { IsReadOnly: false, IsConst: false, IsImplicitlyDeclared: false } => true,
            _ => false,
        });

    /// <summary>The declaration when it is in this assembly, else the place where it is used.</summary>
    private static ISymbol Nearest(ISymbol declaration, ISymbol use) => declaration.Locations.Any(static location => location.IsInSource) ? declaration : use;
}
