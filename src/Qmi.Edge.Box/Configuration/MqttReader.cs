using System.Text.Json;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads the broker and how the box is shown there.</summary>
internal sealed class MqttReader(ConfiguredFile files, Mistakes mistakes)
{
    private const string Place = "/mqtt";

    private const uint LargestPacket = 4 << 20;

    public MqttConfiguration? Read(JsonElement mqtt, string box)
    {
        var password = files.ReadLine($"{Place}/password_file", mqtt.FindText("password_file"));
        if (password is not null && mqtt.FindText("user") is null)
            mistakes.Add($"{Place}/password_file", "A password needs a \"user\" beside it: brokers take no password alone.");
        var tls = mqtt.FindObject("tls") is { } found ? ReadTls(found) : null;
        var roles = RolesReader.Read(mqtt, box, mistakes);
        var homeAssistant = DiscoveryReader.Read(mqtt, box, mistakes);
        if (mistakes.AreAt(Place))
            return null;

        var bridge = new BridgeOptions
        {
            Prefix = mqtt.FindText("prefix") ?? "qmi",
            HealthInterval = TimeSpan.FromSeconds(mqtt.Find("health_s", JsonValueKind.Number)?.GetDouble() ?? 10),
            SoftwareVersion = ProgramVersion.Text,
            Roles = roles ?? [],
            // Who names some means that the others are to do less, even when the list is empty.
            DefaultRole = mqtt.FindText("default_role") is { } other ? RoleName.Find(other) : roles is null ? null : RpcAccess.Read,
            Tls = tls,
            HomeAssistant = homeAssistant,
        };
        DiscoveryReader.CheckRole(bridge, mistakes);
        var connection = new MqttOptions
        {
            Host = mqtt.FindText("host")!,
            Port = mqtt.Find("port", JsonValueKind.Number)?.GetInt32() ?? 1883,
            ClientId = box,
            UserName = mqtt.FindText("user"),
            Password = password,
            ProtocolVersion = mqtt.FindText("protocol") switch { "5" => MqttProtocolVersion.V5, "3.1.1" => MqttProtocolVersion.V311, _ => null },
            Tls = tls,
            // Far more than the limit, so that the box itself can answer a request that is too large: a broker drops it without a word.
            MaximumPacketSize = LargestPacket,
            OutboxBytes = 4 << 20,
        };
        return new MqttConfiguration(connection, bridge with { Broker = $"{connection.Host}:{connection.Port}" });
    }

    private MqttTls? ReadTls(JsonElement tls)
    {
        var authorities = Require(tls, "ca_file");
        var (certificate, key) = (Require(tls, "certificate_file"), Require(tls, "key_file"));
        if (tls.FindText("certificate_file") is null != tls.FindText("key_file") is null)
            mistakes.Add($"{Place}/tls", "\"certificate_file\" and \"key_file\" belong together: give both or neither.");
        return authorities is null ? null : new MqttTls { CaFile = authorities, CertificateFile = certificate, KeyFile = key };
    }

    private string? Require(JsonElement tls, string name) => files.Require($"{Place}/tls/{name}", tls.FindText(name));
}
