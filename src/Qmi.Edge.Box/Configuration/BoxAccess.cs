using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>
/// What a broker must know of a box: of its <c>box.json</c> these few members, and nothing else, since the rest is about another machine's
/// files and perhaps another program's types.
/// </summary>
/// <param name="File">Where it was read.</param>
/// <param name="Box">Name of the box.</param>
/// <param name="Prefix">First level of its topics.</param>
/// <param name="Roles">What callers may do, by their names.</param>
/// <param name="HomeAssistant">First level of Home Assistant's discovery topics; null = the box is not shown there.</param>
internal sealed record BoxAccess(string File, string Box, string Prefix, IReadOnlyDictionary<string, RpcAccess> Roles, string? HomeAssistant)
{
    /// <exception cref="ConfigurationException">With every mistake in these members.</exception>
    public static BoxAccess Read(string file)
    {
        var text = ConfigurationText.Trim(ConfigurationText.ReadFile(file));
        using var document = ConfigurationText.Parse(file, text);
        var root = document.RootElement;
        var mistakes = new Mistakes();
        mistakes.AddOfFile(ConfigurationSchema.Access.Validate(root));
        var box = ObjectsReader.ReadBox(root, mistakes);
        var mqtt = root.FindObject("mqtt") ?? default;
        var roles = RolesReader.Read(mqtt, box, mistakes);
        var homeAssistant = DiscoveryReader.Read(mqtt, box, mistakes);
        mistakes.ThrowIfAny(file, new SourceMap(text));
        return new BoxAccess(file, box, mqtt.FindText("prefix") ?? "qmi", roles ?? [], homeAssistant?.Prefix);
    }
}
