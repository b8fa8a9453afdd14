using System.Text.Json;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads to whom the box describes itself by its own.</summary>
internal static class DiscoveryReader
{
    private const string UserPlace = "/mqtt/discovery/home_assistant/user";

    /// <summary>How the box is shown to Home Assistant; null when it is not.</summary>
    public static HomeAssistantOptions? Read(JsonElement mqtt, string box, Mistakes mistakes)
    {
        if (mqtt.FindObject("discovery")?.FindObject("home_assistant") is not { } found)
            return null;
        var user = found.FindText("user");
        if (user is { Length: > 0 } && (user == box ? CallerName.IsBox(box) : CallerName.FindMistake(user)) is { } mistake)
            mistakes.Add(UserPlace, mistake);
        return new HomeAssistantOptions { Prefix = found.FindText("prefix") ?? new HomeAssistantOptions().Prefix, User = user };
    }

    /// <summary>Controls that would be refused every time are a mistake.</summary>
    public static void CheckRole(BridgeOptions bridge, Mistakes mistakes)
    {
        if (bridge.HomeAssistant?.User is { } user && bridge.RoleOf(user) < RpcAccess.Control)
            mistakes.Add(UserPlace, $"\"{user}\" may only look, and its controls would be refused: give it the role operator in \"roles\", or leave \"user\" away.");
    }
}
