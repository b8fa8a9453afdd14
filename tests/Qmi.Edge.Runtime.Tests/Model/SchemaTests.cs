using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

[Trait("rule", "SET-3")]
public class SchemaTests
{
    private static readonly Schema Text = new() { Type = SchemaType.String };
    private static readonly Schema Number = new() { Type = SchemaType.Number };

    [Theory]
    [InlineData(SchemaType.Object, "{}")]
    [InlineData(SchemaType.Array, "[]")]
    [InlineData(SchemaType.String, "\"\"")]
    [InlineData(SchemaType.Number, "-1.5e3")]
    [InlineData(SchemaType.Integer, "-9223372036854775808")]
    [InlineData(SchemaType.Integer, "18446744073709551615")]
    [InlineData(SchemaType.Boolean, "true")]
    [InlineData(SchemaType.Boolean, "false")]
    [InlineData(SchemaType.Null, "null")]
    [InlineData(SchemaType.Any, "null")]
    [InlineData(SchemaType.Any, """{"a":[1]}""")]
    public void A_value_of_the_right_type_is_valid(SchemaType type, string value) =>
        Assert.Empty(new Schema { Type = type }.Validate(CallTests.Json(value)));

    [Theory]
    [InlineData(SchemaType.Object, "[]", "The value must be an object, not an array.")]
    [InlineData(SchemaType.Array, "{}", "The value must be an array, not an object.")]
    [InlineData(SchemaType.String, "5", "The value must be a string, not 5.")]
    [InlineData(SchemaType.Number, "\"5\"", "The value must be a number, not \"5\".")]
    [InlineData(SchemaType.Number, "null", "The value must be a number, not null.")]
    [InlineData(SchemaType.Integer, "1.5", "The value must be an integer, not 1.5.")]
    [InlineData(SchemaType.Integer, "1.0", "The value must be an integer, not 1.0.")]
    [InlineData(SchemaType.Integer, "18446744073709551616", "The value must be an integer, not 18446744073709551616.")]
    [InlineData(SchemaType.Boolean, "0", "The value must be a boolean, not 0.")]
    [InlineData(SchemaType.Null, "false", "The value must be null, not false.")]
    public void A_value_of_the_wrong_type_is_told_which_is_right(SchemaType type, string value, string message)
    {
        var violation = Violation(new Schema { Type = type }, value);

        Assert.Equal(("", "type", message), (violation.Path, violation.Code, violation.Message));
        Assert.Equal($"\"{type.ToString().ToLowerInvariant()}\"", violation.Limit);
        Assert.Equal(value, violation.Got);
    }

    [Theory]
    [InlineData("0.9", "minimum", "The value is 0.9 K, the smallest allowed is 1 K.", "1")]
    [InlineData("400.1", "maximum", "The value is 400.1 K, the largest allowed is 400 K.", "400")]
    [InlineData("-1e308", "minimum", "The value is -1e308 K, the smallest allowed is 1 K.", "1")]
    [InlineData("1e400", "maximum", "The value is 1e400, which does not fit a 64-bit floating-point number.", null)]
    [InlineData("-1e400", "maximum", "The value is -1e400, which does not fit a 64-bit floating-point number.", null)]
    public void A_number_out_of_range_is_told_the_limit_in_its_unit(string value, string code, string message, string? limit)
    {
        var violation = Violation(Number with { Minimum = 1, Maximum = 400, Unit = "K" }, value);

        Assert.Equal(new SchemaViolation("", code, message, limit, value), violation);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("400")]
    [InlineData("4e2")]
    public void The_limits_themselves_are_allowed(string value) =>
        Assert.Empty((Number with { Minimum = 1, Maximum = 400 }).Validate(CallTests.Json(value)));

    [Theory]
    [InlineData("\"ab\"", "minLength", "The value has 2 characters, at least 3 are needed.", "3", "2")]
    [InlineData("\"abcdef\"", "maxLength", "The value has 6 characters, at most 5 are allowed.", "5", "6")]
    public void A_string_of_the_wrong_length_is_told_the_limit(string value, string code, string message, string limit, string got) =>
        Assert.Equal(new SchemaViolation("", code, message, limit, got), Violation(Text with { MinLength = 3, MaxLength = 5 }, value));

    [Theory]
    [InlineData("[]", "minItems", "The value has 0 items, at least 1 are needed.", "1", "0")]
    [InlineData("[1,2,3]", "maxItems", "The value has 3 items, at most 2 are allowed.", "2", "3")]
    public void A_list_of_the_wrong_length_is_told_the_limit(string value, string code, string message, string limit, string got) =>
        Assert.Equal(new SchemaViolation("", code, message, limit, got), Violation(new Schema { Type = SchemaType.Array, MinLength = 1, MaxLength = 2 }, value));

    [Fact]
    public void A_string_that_does_not_match_is_told_the_pattern()
    {
        var violation = Violation(Text with { Pattern = "^[a-z]+$" }, "\"A1\"");

        Assert.Equal(new SchemaViolation("", "pattern", "The value is \"A1\", which does not match ^[a-z]+$.", "\"^[a-z]\\u002B$\"", "\"A1\""), violation);
        Assert.Equal("^[a-z]+$", JsonSerializer.Deserialize(violation.Limit!, TestJson.Default.String));
    }

    [Fact]
    public void A_pattern_without_anchors_may_match_anywhere() =>
        Assert.Empty((Text with { Pattern = "[0-9]" }).Validate(CallTests.Json("\"a1b\"")));

    [Theory]
    [InlineData("^[a-z]+$", "abc\n", false)]
    [InlineData("^[a-z]+$", "abc", true)]
    [InlineData(@"^[a-z]+\$", "abc$\n", true)]
    [InlineData(@"^[a-z]+\\$", "abc\\", true)]
    [InlineData(@"^[a-z]+\\$", "abc\\\n", false)]
    public void A_dollar_is_the_end_of_the_text_as_JSON_Schema_has_it(string pattern, string text, bool isValid)
    {
        var value = JsonSerializer.SerializeToElement(text, TestJson.Default.String);

        Assert.Equal(isValid, (Text with { Pattern = pattern }).Validate(value).Count == 0);
    }

    [Fact]
    public void A_text_that_keeps_a_pattern_busy_is_refused_in_time()
    {
        var violation = Violation(Text with { Pattern = "^(a+)+$" }, $"\"{new string('a', 60)}!\"");

        Assert.Equal("pattern", violation.Code);
        Assert.EndsWith("which could not be compared with ^(a+)+$ within 100 ms: give a shorter or simpler text.", violation.Message);
    }

    [Fact]
    public void A_name_that_is_not_in_the_list_is_told_the_list_and_the_nearest()
    {
        var schema = Text with { Enum = ["immediate", "skip", "terminate"] };

        Assert.Equal("The value is \"skipp\", allowed are immediate, skip, terminate (did you mean \"skip\"?).", Violation(schema, "\"skipp\"").Message);
        Assert.Equal("The value is \"Skip\", allowed are immediate, skip, terminate (did you mean \"skip\"?).", Violation(schema, "\"Skip\"").Message);
        Assert.Equal(new SchemaViolation("", "enum", "The value is \"now\", allowed are immediate, skip, terminate.", null, "\"now\""), Violation(schema, "\"now\""));
        Assert.Equal("The value must be one of immediate, skip, terminate, not 1.", Violation(schema, "1").Message);
        Assert.Empty(schema.Validate(CallTests.Json("\"terminate\"")));
    }

    [Fact]
    public void Null_is_allowed_only_where_it_is_said_to_be()
    {
        Assert.Empty((Number with { Nullable = true, Minimum = 1 }).Validate(CallTests.Json("null")));
        Assert.Empty((Text with { Nullable = true, Enum = ["a"] }).Validate(CallTests.Json("null")));
        Assert.Equal("type", Violation(Number, "null").Code);
        Assert.Equal("minimum", Violation(Number with { Nullable = true, Minimum = 1 }, "0").Code);
    }

    [Fact]
    public void Every_item_of_a_list_is_checked_and_named_by_its_place()
    {
        var schema = new Schema { Type = SchemaType.Array, Items = Number with { Maximum = 5 } };

        Assert.Equal([("/1", "maximum"), ("/3", "type")], schema.Validate(CallTests.Json("[1,9,2,true]")).Select(violation => (violation.Path, violation.Code)));
        Assert.Equal("/1 is 9, the largest allowed is 5.", schema.Validate(CallTests.Json("[1,9]"))[0].Message);
        Assert.Empty(new Schema { Type = SchemaType.Array }.Validate(CallTests.Json("[1,\"a\",null]")));
    }

    [Fact]
    public void An_unknown_member_is_told_what_is_known_and_the_nearest()
    {
        var schema = Object(new("setpoint", Number), new("gain", Number));

        var violation = Violation(schema, """{"setpiont":1}""");

        Assert.Equal(new SchemaViolation("/setpiont", "additionalProperties", "\"setpiont\" is not known here (did you mean \"setpoint\"?); known are setpoint, gain.", null, "\"setpiont\""), violation);
        Assert.Equal("\"x\" is not known here; nothing is allowed here.", Violation(Object(), """{"x":1}""").Message);
    }

    [Fact]
    public void Members_of_any_name_are_checked_where_any_name_is_allowed()
    {
        var schema = Object(new SchemaProperty("known", Text)) with { AdditionalProperties = Number };

        Assert.Empty(schema.Validate(CallTests.Json("""{"known":"text","x":1,"y/z":2}""")));
        Assert.Equal(["/known", "/y~1z"], schema.Validate(CallTests.Json("""{"known":1,"x":1,"y/z":"2"}""")).Select(violation => violation.Path));
    }

    [Fact]
    public void A_missing_member_is_named_with_what_it_means()
    {
        var schema = Object(new("host", Text with { Description = "Name or address of the broker." }, Required: true), new("port", Number, Required: true));

        Assert.Equal(
            [
                new SchemaViolation("/host", "required", "The value lacks \"host\" (Name or address of the broker)."),
                new SchemaViolation("/port", "required", "The value lacks \"port\"."),
            ],
            schema.Validate(CallTests.Json("{}")));
        Assert.Equal("/mqtt lacks \"port\".", Object(new SchemaProperty("mqtt", schema)).Validate(CallTests.Json("""{"mqtt":{"host":"h"}}"""))[0].Message);
    }

    [Fact]
    public void A_member_given_twice_is_a_mistake_however_it_is_written()
    {
        var schema = Object(new SchemaProperty("gain", Number));

        Assert.Equal(new SchemaViolation("/gain", "duplicate", "/gain is given twice: keep one of them."), Violation(schema, """{"gain":1,"gain":1}"""));
        Assert.Equal("duplicate", Violation(schema, """{"gain":1,"g\u0061in":2}""").Code);
        Assert.Equal(2, schema.Validate(CallTests.Json("""{"gain":1,"gain":2,"gain":3}""")).Count);
    }

    [Fact]
    public void Everything_that_is_wrong_is_found_at_once_with_its_place()
    {
        var schema = Object(
            new("name", Text with { MinLength = 2, Pattern = "^[a-z]" }, Required: true),
            new("channels", new Schema { Type = SchemaType.Array, Items = Object(new("rate", Number with { Minimum = 1 }), new("unit", Text, Required: true)) }),
            new("lab", Text, Required: true));

        var violations = schema.Validate(CallTests.Json("""{"name":"X","channels":[{"rate":0},{"rate":"fast","unit":"Hz"}],"chanels":1}"""));

        Assert.Equal(
            [
                ("/name", "minLength"), ("/name", "pattern"), ("/channels/0/rate", "minimum"), ("/channels/0/unit", "required"),
                ("/channels/1/rate", "type"), ("/chanels", "additionalProperties"), ("/lab", "required"),
            ],
            violations.Select(violation => (violation.Path, violation.Code)));
    }

    [Theory]
    [InlineData("\"\\ud800\"", "")]
    [InlineData("\"\\udc00x\"", "")]
    [InlineData("""{"name":"\ud800"}""", "/name")]
    [InlineData("""{"\ud800":1}""", "")]
    public void Text_that_is_not_Unicode_is_refused(string value, string path)
    {
        var schema = value[0] == '{' ? Object(new SchemaProperty("name", Text)) : Text;

        var violation = Violation(schema, value);

        Assert.Equal((path, "encoding"), (violation.Path, violation.Code));
        Assert.EndsWith("is not Unicode text: it contains broken UTF-8 or half of a surrogate pair.", violation.Message);
    }

    [Fact]
    public void Broken_UTF_8_is_refused()
    {
        using var document = JsonDocument.Parse(new byte[] { (byte)'"', 0xE9, (byte)'"' });

        Assert.Equal("encoding", Assert.Single(Text.Validate(document.RootElement)).Code);
        Assert.Equal("encoding", Assert.Single(Number.Validate(document.RootElement)).Code);
    }

    [Fact]
    public void A_huge_value_is_shown_by_its_beginning()
    {
        var text = Violation(Text with { Enum = ["a"] }, $"\"{new string('x', 1_000_000)}\"");
        var digits = Violation(Number with { Maximum = 1 }, "1" + new string('0', 300));
        var misplaced = Violation(Number, $"\"{new string('x', 1000)}\"");

        Assert.Equal($"The value is \"{new string('x', 80)}...\", allowed are a.", text.Message);
        Assert.Equal($"\"{new string('x', 80)}...\"", text.Got);
        Assert.Equal($"\"1{new string('0', 79)}...\"", digits.Got);
        Assert.Equal($"\"{new string('x', 80)}...\"", misplaced.Got);
    }

    [Theory]
    [InlineData(78)]
    [InlineData(79)]
    [InlineData(80)]
    public void What_is_shown_of_a_value_is_text_wherever_it_is_cut(int position)
    {
        var text = new string('x', position) + "\U0001F321" + new string('y', 100);

        var violation = Violation(Text with { Enum = ["a"] }, JsonSerializer.Serialize(text, TestJson.Default.String));

        Assert.StartsWith(new string('x', position), JsonSerializer.Deserialize(violation.Got!, TestJson.Default.String));
        Assert.DoesNotContain(violation.Message, character => char.IsSurrogate(character) && position == 79);
    }

    [Fact]
    public void What_a_violation_shows_is_JSON_whatever_was_given()
    {
        var schema = Number with { Maximum = 1 };
        foreach (var given in new[] { "2", "1" + new string('0', 78) + "e5", "1." + new string('1', 77) + "e-5", $"\"{new string('"', 60).Replace("\"", "\\\"")}\"", $"[{new string(' ', 100)}]" })
        {
            foreach (var violation in schema.Validate(CallTests.Json(given)))
            {
                using var got = JsonDocument.Parse(violation.Got!);
                Assert.NotEqual(JsonValueKind.Undefined, got.RootElement.ValueKind);
            }
        }
    }

    [Fact]
    public void A_secret_is_never_part_of_what_is_said_about_it()
    {
        var secret = Object(new("pin", Number with { Maximum = 9 }), new SchemaProperty("word", Text with { Pattern = "^[0-9]$" })) with { WriteOnly = true };

        var violations = Object(new SchemaProperty("key", secret)).Validate(CallTests.Json("""{"key":{"pin":4711,"word":"swordfish"}}"""));

        Assert.Equal(
            [
                new SchemaViolation("/key/pin", "maximum", "/key/pin breaks \"maximum\" (limit 9); it is a secret, so its value is not shown.", "9"),
                new SchemaViolation("/key/word", "pattern", "/key/word breaks \"pattern\" (limit \"^[0-9]$\"); it is a secret, so its value is not shown.", "\"^[0-9]$\""),
            ],
            violations);
    }

    [Theory]
    [InlineData("2026-02-30T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-01-01T24:00:01Z")]
    public void A_value_that_its_schema_accepts_and_its_type_cannot_hold_is_the_callers_mistake(string moment)
    {
        var error = Assert.Throws<QmiException>(() => DataTypes.Timestamp.Read(CallTests.Json($"\"{moment}\""), "The time"));

        Assert.Equal(ErrorCode.BadArgs, error.Code);
        Assert.StartsWith("The time: The value cannot be read: ", error.Message);
        Assert.Equal(("", "format"), (error.Violations[0].Path, error.Violations[0].Code));
    }

    [Fact]
    public void The_place_of_such_a_value_is_named()
    {
        var times = DataTypes.Dictionary(DataTypes.List(DataTypes.Timestamp));

        var error = Assert.Throws<QmiException>(() => times.Read(CallTests.Json("""{"a":["2026-01-01T00:00:00Z","2026-02-30T00:00:00Z"]}"""), "The times"));

        Assert.Equal("/a/1", Assert.Single(error.Violations).Path);
        Assert.StartsWith("The times: /a/1 cannot be read: ", error.Message);
    }

    [Fact]
    public void Integers_beyond_their_type_are_refused()
    {
        Assert.Equal(ErrorCode.BadArgs, Assert.Throws<QmiException>(() => DataTypes.Int64.Read(CallTests.Json("9223372036854775808"), "The count")).Code);
        Assert.Equal(ErrorCode.BadArgs, Assert.Throws<QmiException>(() => DataTypes.Byte.Read(CallTests.Json("256"), "The count")).Code);
        Assert.Equal(long.MaxValue, DataTypes.Int64.Read(CallTests.Json(long.MaxValue.ToString(CultureInfo.InvariantCulture)), "The count"));
    }

    private static Schema Object(params SchemaProperty[] properties) => new() { Type = SchemaType.Object, Properties = properties };

    private static SchemaViolation Violation(Schema schema, string value) => Assert.Single(schema.Validate(CallTests.Json(value)));
}
