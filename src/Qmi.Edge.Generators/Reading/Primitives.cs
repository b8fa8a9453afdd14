using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>The types whose JSON form the runtime has.</summary>
internal static class Primitives
{
    private const string DataTypes = "global::Qmi.Edge.Runtime.DataTypes.";

    public static (string Expression, string Key, Shape Shape)? Find(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => Of("Boolean"),
        SpecialType.System_SByte => Of("SByte", Shape.Number),
        SpecialType.System_Byte => Of("Byte", Shape.Number),
        SpecialType.System_Int16 => Of("Int16", Shape.Number),
        SpecialType.System_UInt16 => Of("UInt16", Shape.Number),
        SpecialType.System_Int32 => Of("Int32", Shape.Number),
        SpecialType.System_UInt32 => Of("UInt32", Shape.Number),
        SpecialType.System_Int64 => Of("Int64", Shape.Number),
        SpecialType.System_UInt64 => Of("UInt64", Shape.Number),
        SpecialType.System_Single => Of("Single", Shape.Number),
        SpecialType.System_Double => Of("Double", Shape.Number),
        SpecialType.System_Decimal => Of("Decimal", Shape.Number),
        SpecialType.System_Char => Of("Char"),
        SpecialType.System_String => Of("String", Shape.Text),
        _ => FindNamed(type),
    };

    private static (string, string, Shape)? FindNamed(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Byte })
            return Of("Base64");
        if (type is not INamedTypeSymbol { Arity: 0 } named)
            return null;
        return Known.NameOf(named) switch
        {
            "System.TimeSpan" => Of("Seconds", Shape.Number),
            "System.DateTimeOffset" => Of("Timestamp"),
            "System.Guid" => Of("Guid"),
            "System.Uri" => Of("Uri"),
            Known.Runtime + ".Nothing" => ("global::Qmi.Edge.Runtime.Nothing.DataType", "Nothing", Shape.Other),
            _ => null,
        };
    }

    private static (string, string, Shape) Of(string name, Shape shape = Shape.Other) => (DataTypes + name, name, shape);
}
