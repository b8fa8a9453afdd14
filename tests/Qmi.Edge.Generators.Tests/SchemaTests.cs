using System.Text;
using System.Text.Json;
using Qmi.Edge.Generators.Tests.Samples;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Generators.Tests;

/// <summary>The schemas that the generator made of the samples' types, attributes, defaults and comments.</summary>
public sealed class SchemaTests
{
    [Theory]
    [InlineData("pressure", """{"type":"number","unit":"mbar","minimum":0.5}""")]
    [InlineData("channel", """{"type":"integer","minimum":1,"maximum":8,"default":2}""")]
    [InlineData("label", """{"type":"string","minLength":2,"maxLength":8,"default":"ab\"c"}""")]
    [InlineData("mode", """{"type":"string","enum":["off","auto","heat_only"],"default":"heat_only"}""")]
    [InlineData("maybe_mode", """{"type":["string","null"],"enum":["off","auto","heat_only",null],"default":"off"}""")]
    [InlineData("interval", """{"type":"number","unit":"s","minimum":1,"maximum":60}""")]
    [InlineData("password", """{"type":"string","pattern":"^(?:[a-z]+)$","writeOnly":true}""")]
    [InlineData("taps", """{"type":"array","minItems":1,"maxItems":3,"items":{"type":"number"}}""")]
    [InlineData("code", """{"type":["string","null"],"minLength":2,"maxLength":4}""")]
    [InlineData("gain", """{"type":"number","description":"From an attribute.","default":0.1}""")]
    [InlineData("count", """{"type":"integer","description":"See Gain, code and null & more.","minimum":-9.223372036854776E+18,"maximum":9.223372036854776E+18,"default":12}""")]
    [InlineData("enabled", """{"type":"boolean"}""")]
    public void Attributes_defaults_and_comments_are_in_the_schema(string member, string schema) =>
        AssertSchema(schema, AnnotatedJson.DataType.Schema.FindProperty(member)!.Schema);

    [Fact]
    public void Required_is_what_has_no_default_and_is_not_nullable() =>
        Assert.Equal(["pressure", "enabled"], AnnotatedJson.DataType.Schema.Properties.Where(property => property.Required).Select(property => property.Name));

    [Theory]
    [InlineData("int8", """{"type":"integer","minimum":-128,"maximum":127}""")]
    [InlineData("u_int8", """{"type":"integer","minimum":0,"maximum":255}""")]
    [InlineData("u_int32", """{"type":"integer","minimum":0,"maximum":4294967295}""")]
    [InlineData("single", """{"type":"number"}""")]
    [InlineData("letter", """{"type":"string","minLength":1,"maxLength":1,"default":"a"}""")]
    [InlineData("bytes", """{"type":"string","format":"base64"}""")]
    [InlineData("maybe_duration", """{"type":["number","null"],"unit":"s","minimum":-922337203685.4775,"maximum":922337203685.4775}""")]
    [InlineData("matrix", """{"type":"array","items":{"type":"array","items":{"type":"number"}}}""")]
    [InlineData("list", """{"type":"array","items":{"type":["string","null"]}}""")]
    [InlineData("dictionary", """{"type":"object","properties":{},"additionalProperties":{"type":"number"}}""")]
    [InlineData("maybe_point", """{"type":["object","null"],"required":["x","y"],"properties":{"x":{"type":"number"},"y":{"type":"number"}},"additionalProperties":false}""")]
    [InlineData("pair", """{"type":"object","required":["first","second"],"properties":{"first":{"type":"number"},"second":{"type":"number"}},"additionalProperties":false}""")]
    [InlineData("other_pair", """{"type":"object","properties":{"first":{"type":["string","null"]},"second":{"type":["string","null"]}},"additionalProperties":false}""")]
    [InlineData("nothing", """{"type":"null"}""")]
    public void Types_are_in_the_schema(string member, string schema) =>
        AssertSchema(schema, EverythingJson.DataType.Schema.FindProperty(member)!.Schema);

    [Fact]
    public void Parameters_of_a_positional_record_are_described_by_its_comment() =>
        AssertSchema(
            """{"type":["object","null"],"description":"Where a value must lie.","required":["low"],"properties":{"low":{"type":"number","description":"The smallest."},"high":{"type":"number","description":"The largest.","default":100}},"additionalProperties":false}""",
            EverythingJson.DataType.Schema.FindProperty("maybe_limits")!.Schema);

    [Fact]
    public void A_method_is_described_with_its_arguments_and_its_result()
    {
        var method = Assert.Single(Thermostat.EdgeType.Methods).Description;
        Assert.Equal("set_setpoint", method.Name);
        Assert.Equal("Sets the target.", method.Description);
        AssertSchema("""{"type":"object","required":["kelvin"],"properties":{"kelvin":{"type":"number","description":"The target.","unit":"K","minimum":1,"maximum":400}},"additionalProperties":false}""", method.Arguments);

        var read = Assert.Single(ScpiThermometer.EdgeType.Methods).Description;
        Assert.Equal(RpcAccess.Read, read.Access);
        AssertSchema("""{"type":"number","unit":"K"}""", read.Result);
    }

    [Fact]
    public void A_constructor_is_described_with_values_and_references()
    {
        Assert.Equal(["sensor"], Thermostat.EdgeType.References);
        AssertSchema(
            """{"type":"object","required":["sensor"],"properties":{"sensor":{"type":"string","description":"Measures it."},"limit":{"type":"number","description":"How far it may be away.","default":5}},"additionalProperties":false}""",
            Thermostat.EdgeType.Arguments);
    }

    private static void AssertSchema(string expected, Schema schema)
    {
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            schema.WriteTo(writer);
        var actual = Encoding.UTF8.GetString(stream.ToArray());
        using var left = JsonDocument.Parse(expected);
        using var right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), $"expected {expected}\nactual   {actual}");
    }
}
