using System.Text.Json;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads what callers may do.</summary>
internal static class RolesReader
{
    /// <summary>The roles by name; null when the configuration says nothing about them.</summary>
    public static Dictionary<string, RpcAccess>? Read(JsonElement mqtt, string box, Mistakes mistakes)
    {
        if (mqtt.FindObject("roles") is not { } roles)
            return null;
        var read = new Dictionary<string, RpcAccess>();
        foreach (var member in roles.EnumerateObject())
        {
            // A role that is none, or a name that stands there twice, breaks the schema, which has told that.
            if (member.Value.ValueKind == JsonValueKind.String && RoleName.Find(member.Value.GetString()!) is { } role)
                read[member.Name] = role;
            if ((member.Name == box ? CallerName.IsBox(box) : CallerName.FindMistake(member.Name)) is { } mistake)
                mistakes.Add("/mqtt/roles/" + JsonPointer.Escape(member.Name), mistake);
        }

        return read;
    }
}
