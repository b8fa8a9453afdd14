using System.Buffers;
using System.Text;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A box with one of everything that nobody has made yet: descriptions only.</summary>
internal static class GivenDescription
{
    public static readonly BridgeOptions Options = new() { SoftwareVersion = "1.4.0", Broker = "broker.lab:8883", HomeAssistant = new HomeAssistantOptions { User = "ha" } };

    public static IReadOnlyList<ObjectDescription> Objects { get; } =
        [Gauge.EdgeType.Describe("gauge"), Laboratory.EdgeType.Describe("lab"), Stage.EdgeType.Describe("stage-2"), new EdgeBox("box07").Self.Description];

    public static BoxDescription Box(BridgeOptions? options = null) => new("box07", Objects, options ?? Options);

    public static string Write(string format, BridgeOptions? options = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing))
            Box(options).Write(writer, format);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
