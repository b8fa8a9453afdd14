using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Qmi.Edge.Runtime;

/// <summary>Binds converters to the one set of options. Nothing is looked up by type: every value knows its converter.</summary>
internal static class JsonFormat
{
    private static readonly JsonSerializerOptions Options = new() { TypeInfoResolver = JsonTypeInfoResolver.Combine() };

    public static DataType<T> Create<T>(JsonConverter converter, Schema schema) =>
        new(JsonMetadataServices.CreateValueInfo<T>(Options, converter), schema);
}
