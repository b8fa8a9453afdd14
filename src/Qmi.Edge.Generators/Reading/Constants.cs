using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Qmi.Edge.Generators;

/// <summary>Writes compile-time constants as C# and as JSON.</summary>
internal static class Constants
{
    /// <summary>The constant as an expression of the type.</summary>
    public static string ToCSharp(object? value, ITypeSymbol type)
    {
        var bare = Bare(type);
        if (value is null)
            return type.IsReferenceType || !SymbolEqualityComparer.Default.Equals(bare, type) ? "null" : "default";
        if (bare.TypeKind == TypeKind.Enum)
            return EnumToCSharp(value, (INamedTypeSymbol)bare);
        return value switch
        {
            double number => NumberToCSharp(number, "double", ""),
            float number => NumberToCSharp(number, "float", "F"),
            decimal number => number.ToString(CultureInfo.InvariantCulture) + "M",
            _ => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false),
        };
    }

    /// <summary>The constant as JSON, or null when JSON cannot say it.</summary>
    public static string? ToJson(object? value, ITypeSymbol type)
    {
        var bare = Bare(type);
        if (value is null)
            return null;
        if (bare.TypeKind == TypeKind.Enum)
            return FieldOf(value, (INamedTypeSymbol)bare) is { } field ? Quote(WireName.Of(field.Name)) : null;
        return value switch
        {
            bool flag => flag ? "true" : "false",
            string text => Quote(text),
            char letter => bare.SpecialType == SpecialType.System_Char ? Quote(letter.ToString()) : ((int)letter).ToString(CultureInfo.InvariantCulture),
            double number when double.IsNaN(number) || double.IsInfinity(number) => null,
            float number when float.IsNaN(number) || float.IsInfinity(number) => null,
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => null,
        };
    }

    /// <summary>A text as a C# literal.</summary>
    public static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    /// <summary>A number as a C# literal of type double.</summary>
    public static string Number(double value) => NumberToCSharp(value, "double", "");

    /// <summary>A field of the enum that has the value.</summary>
    public static IFieldSymbol? FieldOf(object value, INamedTypeSymbol type) =>
        type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => field.HasConstantValue && AsDecimal(field.ConstantValue!) == AsDecimal(value));

    private static ITypeSymbol Bare(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type;

    private static decimal AsDecimal(object value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);

    private static string EnumToCSharp(object value, INamedTypeSymbol type) => FieldOf(value, type) is { } field
        ? $"{Spelling.OfBare(type)}.{Identifiers.Escape(field.Name)}"
        : $"({Spelling.OfBare(type)})({Convert.ToString(value, CultureInfo.InvariantCulture)})";

    private static string NumberToCSharp(double value, string type, string suffix) => value switch
    {
        double.PositiveInfinity => type + ".PositiveInfinity",
        double.NegativeInfinity => type + ".NegativeInfinity",
        double.NaN => type + ".NaN",
        _ => (suffix.Length > 0 ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture)) + suffix,
    };

    private static string Quote(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                json.Append('\\').Append(c);
            else if (c < ' ')
                json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                json.Append(c);
        }

        return json.Append('"').ToString();
    }
}
