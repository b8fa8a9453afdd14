using System.Text.Json;

namespace Qmi.Edge.Bridge;

/// <summary>What a file of the dynamic-security plugin has already.</summary>
/// <param name="root">The file; undefined when there is none.</param>
internal sealed class DynsecExisting(JsonElement root)
{
    // How the plugin keeps a password, and what an administrator may have said about a client besides its rights.
    private static readonly string[] Credentials = ["textname", "textdescription", "password", "salt", "iterations", "clientid", "disabled"];

    /// <summary>Copies the entries of a list whose names are wanted.</summary>
    public void WriteOthers(Utf8JsonWriter writer, string list, Predicate<string> isWanted, string name)
    {
        foreach (var entry in Entries(root, list))
        {
            if (NameOf(entry, name) is { } found && isWanted(found))
                entry.WriteTo(writer);
        }
    }

    /// <summary>Copies what a client logs in with.</summary>
    public void WriteCredentials(Utf8JsonWriter writer, string client)
    {
        foreach (var entry in Entries(root, "clients").Where(entry => NameOf(entry, "username") == client))
        {
            foreach (var member in entry.EnumerateObject().Where(member => Credentials.Contains(member.Name)))
                member.WriteTo(writer);
        }
    }

    /// <summary>Whether a client is in a group whose name begins so.</summary>
    public bool IsMember(string client, string groups) => Entries(root, "groups")
        .Where(group => NameOf(group, "groupname")?.StartsWith(groups, StringComparison.Ordinal) == true)
        .Any(group => Entries(group, "clients").Any(member => NameOf(member, "username") == client));

    private static IEnumerable<JsonElement> Entries(JsonElement parent, string list) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(list, out var entries) && entries.ValueKind == JsonValueKind.Array
            ? entries.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object)
            : [];

    private static string? NameOf(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
