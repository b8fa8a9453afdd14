using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

[Trait("rule", "MODEL-1")]
public class SchemaTextTests
{
    [Theory]
    [InlineData(SchemaType.Any, "{}")]
    [InlineData(SchemaType.Array, """{"type":"array"}""")]
    [InlineData(SchemaType.String, """{"type":"string"}""")]
    [InlineData(SchemaType.Number, """{"type":"number"}""")]
    [InlineData(SchemaType.Integer, """{"type":"integer"}""")]
    [InlineData(SchemaType.Boolean, """{"type":"boolean"}""")]
    [InlineData(SchemaType.Null, """{"type":"null"}""")]
    [InlineData(SchemaType.Object, """{"type":"object","properties":{},"additionalProperties":false}""")]
    public void Each_type_has_its_text(SchemaType type, string expected) =>
        Assert.Equal(expected, TextOf(new Schema { Type = type }));

    [Fact]
    public void A_number_shows_its_limits_unit_and_default() =>
        Assert.Equal(
            """{"type":"number","description":"The temperature to hold.","unit":"K","minimum":1,"maximum":400.5,"default":295}""",
            TextOf(new Schema { Type = SchemaType.Number, Description = "The temperature to hold.", Unit = "K", Minimum = 1, Maximum = 400.5, Default = "295" }));

    [Fact]
    public void A_string_shows_its_length_pattern_and_format() =>
        Assert.Equal(
            """{"type":"string","minLength":1,"maxLength":8,"pattern":"^[a-z]+$","format":"hostname"}""",
            TextOf(new Schema { Type = SchemaType.String, MinLength = 1, MaxLength = 8, Pattern = "^[a-z]+$", Format = "hostname" }));

    [Fact]
    public void The_length_of_a_list_is_counted_in_items() =>
        Assert.Equal(
            """{"type":"array","minItems":1,"maxItems":2,"items":{"type":"number"}}""",
            TextOf(new Schema { Type = SchemaType.Array, MinLength = 1, MaxLength = 2, Items = new Schema { Type = SchemaType.Number } }));

    [Fact]
    public void What_may_be_null_says_so_in_its_type_and_in_its_list_of_names()
    {
        Assert.Equal("""{"type":["number","null"]}""", TextOf(new Schema { Type = SchemaType.Number, Nullable = true }));
        Assert.Equal("""{"type":["string","null"],"enum":["a","b",null]}""", TextOf(new Schema { Type = SchemaType.String, Nullable = true, Enum = ["a", "b"] }));
        Assert.Equal("""{"type":"string","enum":["a","b"]}""", TextOf(new Schema { Type = SchemaType.String, Enum = ["a", "b"] }));
    }

    [Fact]
    public void An_object_shows_its_members_in_order_and_which_are_required()
    {
        var schema = new Schema
        {
            Type = SchemaType.Object,
            Properties = [new("z", new Schema { Type = SchemaType.Number }), new("a", new Schema { Type = SchemaType.String }, Required: true)],
        };

        Assert.Equal("""{"type":"object","required":["a"],"properties":{"z":{"type":"number"},"a":{"type":"string"}},"additionalProperties":false}""", TextOf(schema));
    }

    [Fact]
    public void A_dictionary_shows_what_its_members_are() =>
        Assert.Equal(
            """{"type":"object","properties":{},"additionalProperties":{"type":"integer"}}""",
            TextOf(new Schema { Type = SchemaType.Object, AdditionalProperties = new Schema { Type = SchemaType.Integer } }));

    [Fact]
    public void A_secret_is_marked_and_its_default_is_not_shown() =>
        Assert.Equal("""{"type":"string","writeOnly":true}""", TextOf(new Schema { Type = SchemaType.String, WriteOnly = true, Default = "\"swordfish\"" }));

    [Fact]
    public void Whatever_a_schema_says_is_JSON()
    {
        var schema = new Schema { Type = SchemaType.String, Description = "a \"quoted\"\nline \\ <b>", Pattern = "^\\d\"$", Enum = ["\u0000", "é"] };

        using var document = JsonDocument.Parse(TextOf(schema));

        Assert.Equal(schema.Description, document.RootElement.GetProperty("description").GetString());
        Assert.Equal(schema.Pattern, document.RootElement.GetProperty("pattern").GetString());
        Assert.Equal(["\u0000", "é"], document.RootElement.GetProperty("enum").EnumerateArray().Select(name => name.GetString()));
    }

    private static string TextOf(Schema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            schema.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
