using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Finds the JSON form of types, and collects those that this assembly has to carry.</summary>
internal sealed class TypeReader
{
    private const string DataTypes = "global::Qmi.Edge.Runtime.DataTypes.";

    private readonly Dictionary<string, TypeUse?> _known = [];
    private readonly List<DataTypeModel> _types = [];
    private readonly List<string> _open = [];
    private readonly List<Diagnosis> _diagnoses;
    private readonly RecordReader _records;

    public TypeReader(Compilation compilation, List<Diagnosis> diagnoses, CancellationToken cancellationToken)
    {
        (Compilation, _diagnoses, CancellationToken) = (compilation, diagnoses, cancellationToken);
        JsonClass = JsonClassOf(compilation.AssemblyName);
        _records = new RecordReader(this, diagnoses);
    }

    public Compilation Compilation { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>The class that carries the types of this assembly.</summary>
    public string JsonClass { get; }

    /// <summary>The types that were needed, each after those it is made of.</summary>
    public EquatableArray<DataTypeModel> Types => _types.ToEquatable();

    public static string JsonNamespaceOf(string? assembly) => "Qmi.Edge.Generated." + Identifiers.Flatten(assembly ?? "Assembly");

    public static string JsonClassOf(string? assembly) => $"global::{JsonNamespaceOf(assembly)}.EdgeJson";

    /// <summary>The shape of a record that was read, or null when the key is not one of a record.</summary>
    public RecordTypeModel? FindRecord(TypeUse use) => _types.OfType<RecordTypeModel>().FirstOrDefault(record => record.Key == use.Key);

    /// <summary>The JSON form of a type; null, and a diagnosis, when it has none.</summary>
    /// <param name="type">The type.</param>
    /// <param name="path">The way to it, for messages: <c>Settings.Limits</c>.</param>
    /// <param name="symbol">Where it is used.</param>
    public TypeUse? Read(ITypeSymbol type, string path, ISymbol symbol)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (type.TypeKind == TypeKind.Error)
            return null;
        if (type.NullableAnnotation == NullableAnnotation.Annotated && type.IsReferenceType)
            return Read(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated), path, symbol) is { } optional ? Compose("Optional", type, optional, isNullable: true) : null;
        if (Primitives.Find(type) is { } primitive)
            return new TypeUse(Spelling.Of(type), primitive.Expression, primitive.Key, primitive.Shape, false);

        switch (type)
        {
            case IArrayTypeSymbol { Rank: 1 } array:
                return Read(array.ElementType, path + "[]", symbol) is { } element ? Compose("Array", type, element) : null;
            case INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable:
                return Read(nullable.TypeArguments[0], path, symbol) is { } value ? Compose("Nullable", type, value, isNullable: true) : null;
            case INamedTypeSymbol named when Collections.Find(named) is { } collection:
                return Read(named.TypeArguments[named.Arity - 1], path + "[]", symbol) is { } item ? Compose(collection, type, item) : null;
            case INamedTypeSymbol named:
                return ReadNamed(named, path, symbol);
            default:
                return Refuse(type, path, symbol);
        }
    }

    private TypeUse? ReadNamed(INamedTypeSymbol type, string path, ISymbol symbol)
    {
        var cSharp = Spelling.Of(type);
        if (_known.TryGetValue(cSharp, out var known))
            return known;
        if (Reason(type) is not null)
            return Refuse(type, path, symbol);
        if (!Spelling.IsAccessible(type))
        {
            _diagnoses.Add(Diagnoses.NotAccessible(type, path, symbol));
            return null;
        }

        if (_open.Contains(cSharp))
        {
            _diagnoses.Add(Diagnoses.Recursive(type, path, symbol));
            return null;
        }

        _open.Add(cSharp);
        var key = KeyOf(type);
        var use = new TypeUse(cSharp, $"{JsonClass}.{key}", key, Shape.Other, false);
        DataTypeModel? model = type.TypeKind == TypeKind.Enum
            ? EnumReader.Read(type, key, path, symbol, _diagnoses, CancellationToken)
            : _records.Read(type, key, path, symbol);
        _open.RemoveAt(_open.Count - 1);
        if (model is not null)
            _types.Add(model);
        return _known[cSharp] = model is null ? null : use;
    }

    private TypeUse Compose(string kind, ITypeSymbol type, TypeUse part, bool isNullable = false)
    {
        var key = $"{kind}Of{part.Key}";
        var cSharp = Spelling.Of(type);
        if (!_known.TryGetValue(key, out var use) || use is null)
        {
            _types.Add(new ComposedTypeModel(key, cSharp, $"{DataTypes}{kind}({part.Local})"));
            use = _known[key] = new TypeUse(cSharp, $"{JsonClass}.{key}", key, isNullable ? part.Shape : kind.EndsWith("Dictionary", StringComparison.Ordinal) ? Shape.Other : Shape.Array, isNullable);
        }

        return use;
    }

    private string KeyOf(INamedTypeSymbol type)
    {
        var key = Identifiers.Flatten(Known.NameOf(type));
        if (type.TypeArguments.Length == 0)
            return key;
        return key + "Of" + string.Join("And", type.TypeArguments.Select(argument => Identifiers.Flatten(Spelling.OfBare(argument).Replace("global::", "").Replace("?", "OrNull"))));
    }

    private TypeUse? Refuse(ITypeSymbol type, string path, ISymbol symbol)
    {
        _diagnoses.Add(Diagnoses.NoJsonForm(type, path, Reason(type) ?? "use a record of numbers, strings, enums and arrays", symbol));
        return null;
    }

    // Why a type that is no primitive and no collection cannot be a record or an enum either; null when it can.
    private static string? Reason(ITypeSymbol type)
    {
        if (type.SpecialType == SpecialType.System_Object || type.TypeKind == TypeKind.Dynamic)
            return "name a type: any value at all cannot be checked or described";
        if (type.IsTupleType)
            return "use a readonly record struct, whose members have names on the wire";
        if (type.TypeKind == TypeKind.Interface)
            return "use a record, IReadOnlyList<T> or IReadOnlyDictionary<string, T>: an interface does not say what to create";
        if (type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer or TypeKind.Delegate or TypeKind.TypeParameter)
            return "only values can cross the border of the box";
        if (type.TypeKind == TypeKind.Array)
            return "use an array of arrays: JSON has one dimension";
        if (type.TypeKind == TypeKind.Enum)
            return null;
        if (Known.NameOf(type) is "System.DateTime")
            return "use DateTimeOffset: a time without an offset is another moment on every machine";
        if (type.ContainingNamespace?.ToDisplayString() is { } space && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal)))
            return "use a record of numbers, strings, enums and arrays";
        return type is { IsRecord: true, IsAbstract: true } ? "use a sealed record: JSON does not say which of its heirs is meant" : null;
    }
}
