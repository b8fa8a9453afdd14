using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What a box is on MQTT, as a document in one of several formats. Made from descriptions only: no object is touched, and there need be none
/// yet, so a configuration can be described as well as a running box.
/// </summary>
/// <param name="box">Name of the box.</param>
/// <param name="objects">Its objects, the box itself among them.</param>
/// <param name="options">How it is shown on MQTT.</param>
public sealed class BoxDescription(string box, IReadOnlyList<ObjectDescription> objects, BridgeOptions options)
{
    /// <summary>The runtime's own: class, methods, schemas of each object.</summary>
    public const string Native = "native";

    /// <summary>AsyncAPI 3.0.</summary>
    public const string AsyncApi = "asyncapi";

    /// <summary>W3C Web of Things, Thing Description 1.1.</summary>
    public const string WebOfThings = "wot";

    /// <summary>Home Assistant's device discovery.</summary>
    public const string HomeAssistant = "homeassistant";

    /// <summary>The names of all formats.</summary>
    public static IReadOnlyList<string> Formats { get; } = [Native, AsyncApi, WebOfThings, HomeAssistant];

    internal string Box => box;

    internal IReadOnlyList<ObjectDescription> Objects => objects;

    internal BridgeOptions Options => options;

    internal Topics Topics { get; } = new(options.Prefix, box);

    /// <summary>Writes the document.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <exception cref="ArgumentException">There is no such format.</exception>
    public void Write(Utf8JsonWriter writer, string format)
    {
        switch (format)
        {
            case Native:
                DescriptionDocument.WriteAll(writer, objects);
                break;
            case AsyncApi:
                AsyncApiDocument.Create(this).WriteTo(writer);
                break;
            case WebOfThings:
                ThingDescription.Create(this).WriteTo(writer);
                break;
            case HomeAssistant:
                HomeAssistantDevice.Create(this, []).WriteTo(writer);
                break;
            default:
                throw new ArgumentException($"There is no format \"{format}\"; there are {string.Join(", ", Formats)}.", nameof(format));
        }
    }

    /// <summary>Lets a box describe itself in all of them.</summary>
    internal static void AddFormatsTo(EdgeBox box, BridgeOptions options)
    {
        foreach (var format in Formats.Where(format => format != Native))
            box.AddFormat(format, (writer, objects) => new BoxDescription(box.Name, objects, options).Write(writer, format));
    }
}
