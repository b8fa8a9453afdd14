using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads the attributes that limit and explain a value.</summary>
internal sealed class NotesReader(List<Diagnosis> diagnoses)
{
    private const string Annotations = "System.ComponentModel.DataAnnotations.";

    /// <summary>What the attributes say.</summary>
    /// <param name="attributes">Of the property, of the parameter, or of both.</param>
    /// <param name="type">The type of the value.</param>
    /// <param name="subject">The value, for messages.</param>
    /// <param name="symbol">Where the value is declared.</param>
    public SchemaNotes Read(IEnumerable<AttributeData> attributes, TypeUse type, string subject, ISymbol symbol)
    {
        var notes = SchemaNotes.None;
        foreach (var attribute in attributes)
        {
            if (attribute.AttributeClass is not { } attributeClass)
                continue;
            var name = Known.NameOf(attributeClass);
            if (Apply(notes, name, attribute, type.Shape) is { } changed)
                notes = changed;
            else if (IsValidation(attributeClass) || name is Annotations + "RangeAttribute")
                diagnoses.Add(Diagnoses.UnsupportedAttribute(attributeClass, subject, Fix(name, type.Shape), symbol));
        }

        return notes;
    }

    // Null: the attribute is not one of ours, or says something that a schema cannot say here.
    private static SchemaNotes? Apply(SchemaNotes notes, string name, AttributeData attribute, Shape shape)
    {
        var arguments = attribute.ConstructorArguments;
        switch (name)
        {
            case Known.UnitAttribute:
                return notes with { Unit = arguments[0].Value as string };
            case Known.SecretAttribute:
                return notes with { IsSecret = true };
            case "System.ComponentModel.DescriptionAttribute":
                return notes with { Description = arguments is [{ Value: string text }] ? text : null };
            case Annotations + "RangeAttribute" when shape == Shape.Number:
                return ReadRange(notes, attribute);
            case Annotations + "StringLengthAttribute" when shape == Shape.Text:
                var shortest = Known.Named(attribute, "MinimumLength", 0);
                return notes with { MaxLength = (int)arguments[0].Value!, MinLength = shortest > 0 ? shortest : null };
            case Annotations + "LengthAttribute" when shape is Shape.Text or Shape.Array:
                return notes with { MinLength = (int)arguments[0].Value!, MaxLength = (int)arguments[1].Value! };
            case Annotations + "MinLengthAttribute" when shape is Shape.Text or Shape.Array:
                return notes with { MinLength = (int)arguments[0].Value! };
            case Annotations + "MaxLengthAttribute" when shape is Shape.Text or Shape.Array && arguments.Length == 1:
                return notes with { MaxLength = (int)arguments[0].Value! };
            case Annotations + "RegularExpressionAttribute" when shape == Shape.Text:
                return notes with { Pattern = Anchor((string)arguments[0].Value!) };
            default:
                return null;
        }
    }

    private static SchemaNotes? ReadRange(SchemaNotes notes, AttributeData attribute)
    {
        if (Known.Named(attribute, "MinimumIsExclusive", false) || Known.Named(attribute, "MaximumIsExclusive", false))
            return null;
        var arguments = attribute.ConstructorArguments;
        var (minimum, maximum) = arguments.Length == 3 ? (Parse(arguments[1].Value), Parse(arguments[2].Value)) : (Parse(arguments[0].Value), Parse(arguments[1].Value));
        if (minimum is not { } smallest || maximum is not { } largest)
            return null;
        return notes with
        {
            Minimum = double.IsNegativeInfinity(smallest) ? null : Constants.Number(smallest),
            Maximum = double.IsPositiveInfinity(largest) ? null : Constants.Number(largest),
        };
    }

    // [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")] gives texts; durations are seconds on the wire.
    private static double? Parse(object? value) => value switch
    {
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        string text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) => duration.TotalSeconds,
        int number => number,
        double number => number,
        _ => null,
    };

    // RegularExpressionAttribute wants the whole text to match; JSON Schema looks for the pattern anywhere.
    private static string Anchor(string pattern) =>
        pattern.StartsWith("^", StringComparison.Ordinal) && pattern.EndsWith("$", StringComparison.Ordinal) ? pattern : $"^(?:{pattern})$";

    private static bool IsValidation(INamedTypeSymbol type) => Known.Chain(type).Any(static candidate => Known.Is(candidate, Annotations + "ValidationAttribute"));

    private static string Fix(string name, Shape shape) => name switch
    {
        Annotations + "RequiredAttribute" => "mark the member required, or give the parameter no default",
        Annotations + "RangeAttribute" when shape == Shape.Number => "give inclusive limits as numbers",
        Annotations + "RangeAttribute" => "only numbers and TimeSpan have a range",
        Annotations + "StringLengthAttribute" or Annotations + "RegularExpressionAttribute" => "only strings have a length and a pattern",
        Annotations + "MinLengthAttribute" or Annotations + "MaxLengthAttribute" or Annotations + "LengthAttribute" => "only strings and arrays have a length, and the limit must be given",
        _ => "use Range, StringLength, MinLength, MaxLength or RegularExpression, or check it in the task's Validate method",
    };
}
