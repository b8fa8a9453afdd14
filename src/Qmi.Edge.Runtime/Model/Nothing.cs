using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Qmi.Edge.Runtime;

/// <summary>The value that carries no information: the settings of a task that has none, the result of a method that returns nothing. On the wire: null.</summary>
public readonly record struct Nothing
{
    /// <summary>Nothing as JSON: null.</summary>
    public static DataType<Nothing> DataType { get; } =
        new((JsonTypeInfo<Nothing>)Resolver.Options.GetTypeInfo(typeof(Nothing)), Schema.Nothing);

    private sealed class Converter : JsonConverter<Nothing>
    {
        public override bool HandleNull => true;

        public override Nothing Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => default;

        public override void Write(Utf8JsonWriter writer, Nothing value, JsonSerializerOptions options) => writer.WriteNullValue();
    }

    private sealed class Resolver : IJsonTypeInfoResolver
    {
        public static readonly JsonSerializerOptions Options = new() { TypeInfoResolver = new Resolver() };

        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
            type == typeof(Nothing) ? JsonMetadataServices.CreateValueInfo<Nothing>(options, new Converter()) : null;
    }
}
