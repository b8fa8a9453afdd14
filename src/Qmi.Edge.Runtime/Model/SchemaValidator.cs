using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Checks a JSON value against a <see cref="Schema"/> and reports every violation, not only the first.</summary>
internal static class SchemaValidator
{
    // As many as anybody reads: whoever sends thousands of mistakes shall not be sent thousands back.
    private const int MostViolations = 64;
    private const int LongestGot = 80;

    public static string NameOf(SchemaType type) => type switch
    {
        SchemaType.Object => "object",
        SchemaType.Array => "array",
        SchemaType.String => "string",
        SchemaType.Number => "number",
        SchemaType.Integer => "integer",
        SchemaType.Boolean => "boolean",
        SchemaType.Null => "null",
        _ => "any",
    };

    /// <summary>Every violation; of very many the first, and that there are more.</summary>
    public static IReadOnlyList<SchemaViolation> Validate(Schema schema, JsonElement value, string path)
    {
        var violations = new List<SchemaViolation>();
        Validate(schema, value, path, violations);
        if (violations.Count <= MostViolations)
            return violations;
        violations.RemoveRange(MostViolations, violations.Count - MostViolations);
        violations.Add(new(path, "more", $"There is more that is wrong with {(path.Length == 0 ? "the value" : path)}: these are the first {MostViolations} errors."));
        return violations;
    }

    private static void Validate(Schema schema, JsonElement value, string path, List<SchemaViolation> violations)
    {
        if (violations.Count > MostViolations)
            return;
        var before = violations.Count;
        try
        {
            ValidateValue(schema, value, path, violations);
        }
        catch (InvalidOperationException)
        {
            // Parsing does not look into strings; reading one does.
            violations.Add(new(path, "encoding", $"{Place(path)} is not Unicode text: it contains broken UTF-8 or half of a surrogate pair."));
        }

        if (!schema.WriteOnly)
            return;
        for (var index = before; index < violations.Count; index++)
            violations[index] = Masked(violations[index]);
    }

    private static void ValidateValue(Schema schema, JsonElement value, string path, List<SchemaViolation> violations)
    {
        if (value.ValueKind == JsonValueKind.Null && (schema.Nullable || schema.Type is SchemaType.Any or SchemaType.Null))
            return;
        if (!HasType(schema.Type, value))
        {
            var expected = schema.Enum is { } names ? $"one of {string.Join(", ", names)}" : NameOf(schema.Type);
            violations.Add(new(path, "type", $"{Place(path)} must be {Article(expected)}{expected}, not {Describe(value)}.", Quote(expected), Got(value)));
            return;
        }

        switch (schema.Type)
        {
            case SchemaType.Number or SchemaType.Integer:
                ValidateNumber(schema, value, path, violations);
                break;
            case SchemaType.String:
                ValidateString(schema, value, path, violations);
                break;
            case SchemaType.Array:
                ValidateArray(schema, value, path, violations);
                break;
            case SchemaType.Object:
                ValidateObject(schema, value, path, violations);
                break;
        }
    }

    private static bool HasType(SchemaType type, JsonElement value) => type switch
    {
        SchemaType.Any => true,
        SchemaType.Object => value.ValueKind == JsonValueKind.Object,
        SchemaType.Array => value.ValueKind == JsonValueKind.Array,
        SchemaType.String => value.ValueKind == JsonValueKind.String,
        SchemaType.Number => value.ValueKind == JsonValueKind.Number,
        SchemaType.Integer => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || value.TryGetUInt64(out _)),
        SchemaType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind == JsonValueKind.Null,
    };

    private static void ValidateNumber(Schema schema, JsonElement value, string path, List<SchemaViolation> violations)
    {
        var number = value.GetDouble();
        var unit = schema.Unit is { } name ? " " + name : "";
        if (double.IsInfinity(number))
            violations.Add(new(path, "maximum", $"{Place(path)} is {Got(value)}, which does not fit a 64-bit floating-point number.", null, Got(value)));
        else if (schema.Minimum is { } minimum && number < minimum)
            violations.Add(new(path, "minimum", $"{Place(path)} is {Got(value)}{unit}, the smallest allowed is {Text(minimum)}{unit}.", Text(minimum), Got(value)));
        else if (schema.Maximum is { } maximum && number > maximum)
            violations.Add(new(path, "maximum", $"{Place(path)} is {Got(value)}{unit}, the largest allowed is {Text(maximum)}{unit}.", Text(maximum), Got(value)));
    }

    private static void ValidateString(Schema schema, JsonElement value, string path, List<SchemaViolation> violations)
    {
        var text = value.GetString()!;
        if (schema.Enum is { } names && !names.Contains(text))
        {
            var hint = NearestName.Hint(text, names);
            violations.Add(new(path, "enum", $"{Place(path)} is \"{Shorten(text)}\", allowed are {string.Join(", ", names)}{hint}.", null, Got(value)));
        }

        ValidateLength(schema, text.Length, "characters", path, ("minLength", "maxLength"), violations);
        if (schema.Pattern is { } pattern && SchemaPattern.WhyNot(text, pattern) is { } reason)
            violations.Add(new(path, "pattern", $"{Place(path)} is \"{Shorten(text)}\", which {reason}.", Quote(pattern), Got(value)));
    }

    private static void ValidateArray(Schema schema, JsonElement value, string path, List<SchemaViolation> violations)
    {
        ValidateLength(schema, value.GetArrayLength(), "items", path, ("minItems", "maxItems"), violations);
        if (schema.Items is not { } items)
            return;
        var index = 0;
        foreach (var item in value.EnumerateArray().TakeWhile(_ => violations.Count <= MostViolations))
            Validate(items, item, path + "/" + index++.ToString(CultureInfo.InvariantCulture), violations);
    }

    private static void ValidateLength(Schema schema, int length, string unit, string path, (string Min, string Max) codes, List<SchemaViolation> violations)
    {
        if (schema.MinLength is { } shortest && length < shortest)
            violations.Add(new(path, codes.Min, $"{Place(path)} has {length} {unit}, at least {shortest} are needed.", Text(shortest), Text(length)));
        if (schema.MaxLength is { } longest && length > longest)
            violations.Add(new(path, codes.Max, $"{Place(path)} has {length} {unit}, at most {longest} are allowed.", Text(longest), Text(length)));
    }

    private static void ValidateObject(Schema schema, JsonElement value, string path, List<SchemaViolation> violations)
    {
        // One member cannot be given twice, and most objects that calls bring have no more.
        var seen = value.GetPropertyCount() > 1 ? new HashSet<string>() : null;
        foreach (var member in value.EnumerateObject())
        {
            if (violations.Count > MostViolations)
                return;
            var name = member.Name;
            var memberPath = path + "/" + JsonPointer.Escape(name);
            if (seen?.Add(name) == false)
                violations.Add(new(memberPath, "duplicate", $"{Place(memberPath)} is given twice: keep one of them."));
            else if (schema.FindProperty(name) is { } property)
                Validate(property.Schema, member.Value, memberPath, violations);
            else if (schema.AdditionalProperties is { } additional)
                Validate(additional, member.Value, memberPath, violations);
            else
                violations.Add(Unknown(schema, name, memberPath));
        }

        foreach (var property in schema.Properties)
        {
            if (property.Required && !value.TryGetProperty(property.Name, out _))
                violations.Add(new(path + "/" + JsonPointer.Escape(property.Name), "required", $"{Place(path)} lacks \"{property.Name}\"{Meaning(property)}."));
        }
    }

    private static SchemaViolation Unknown(Schema schema, string name, string path)
    {
        var known = schema.Properties.Select(property => property.Name).ToArray();
        var hint = NearestName.Hint(name, known);
        var allowed = known.Length == 0 ? "nothing is allowed here" : $"known are {string.Join(", ", known)}";
        return new(path, "additionalProperties", $"\"{Shorten(name)}\" is not known here{hint}; {allowed}.", null, Quote(Shorten(name)));
    }

    private static string Meaning(SchemaProperty property) => property.Schema.Description is { } description ? $" ({description.TrimEnd('.')})" : "";

    private static string Place(string path) => path.Length == 0 ? "The value" : path;

    private static string Article(string name) => name is "object" or "array" or "integer" ? "an " : name is "any" or "null" || name.StartsWith("one of", StringComparison.Ordinal) ? "" : "a ";

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => Got(value),
    };

    private static string Got(JsonElement value)
    {
        var raw = value.GetRawText();
        if (raw.Length <= LongestGot)
            return raw;
        return value.ValueKind switch
        {
            JsonValueKind.String => Quote(Shorten(value.GetString()!)),
            // As text: what is left of a number may be no number.
            JsonValueKind.Number => Quote(Shorten(raw)),
            _ => "\"...\"",
        };
    }

    private static string Shorten(string text) => ErrorText.Shorten(text, LongestGot);

    private static SchemaViolation Masked(SchemaViolation violation)
    {
        var limit = violation.Limit is { } known ? $" (limit {known})" : "";
        return violation with { Message = $"{Place(violation.Path)} breaks \"{violation.Code}\"{limit}; it is a secret, so its value is not shown.", Got = null };
    }

    private static string Quote(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
