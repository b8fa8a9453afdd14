using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads <c>box.json</c>: JSON with comments, strict, with every mistake at once and its place.</summary>
public sealed class ConfigurationReader
{
    private readonly string _file;
    private readonly TypeCatalog _types;
    private readonly List<(string Path, string Message)> _errors = [];

    private ConfigurationReader(string file, TypeCatalog types) => (_file, _types) = (file, types);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">With every mistake.</exception>
    public static BoxConfiguration Read(string file, TypeCatalog types)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([new ConfigurationError(file, 1, 1, $"The file cannot be read: {exception.Message}")]);
        }

        return Read(file, text, types);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="ConfigurationException">With every mistake.</exception>
    public static BoxConfiguration Read(string file, byte[] text, TypeCatalog types)
    {
        if (text.AsSpan().StartsWith(Encoding.UTF8.Preamble))
            text = text[Encoding.UTF8.Preamble.Length..];
        using var document = Parse(file, text);
        return new ConfigurationReader(file, types).Read(document.RootElement, text);
    }

    private static JsonDocument Parse(string file, byte[] text)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = JsonStyle.MaxDepth });
        }
        catch (JsonException exception)
        {
            var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            var message = end < 0 ? exception.Message : exception.Message[..end];
            throw new ConfigurationException([new ConfigurationError(file, (exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1, $"This is not JSON: {message}")]);
        }
    }

    private BoxConfiguration Read(JsonElement root, byte[] text)
    {
        foreach (var violation in ConfigurationSchema.Root.Validate(root))
            _errors.Add((violation.Path, violation.Message));
        // What has the wrong form would only be reported twice.
        ThrowIfWrong(text);

        var objects = new ObjectsReader(_types, _errors);
        var (instruments, tasks) = objects.Read(root);
        var configuration = new BoxConfiguration
        {
            Box = root.GetProperty("box").GetString()!,
            Mqtt = root.TryGetProperty("mqtt", out var mqtt) ? ReadMqtt(mqtt, root.GetProperty("box").GetString()!) : null,
            Audit = root.TryGetProperty("audit", out var audit) ? ReadAudit(audit) : null,
            LogLevel = root.TryGetProperty("log", out var log) && log.TryGetProperty("level", out var level) ? Enum.Parse<LogLevel>(level.GetString()!, ignoreCase: true) : LogLevel.Information,
            Instruments = instruments,
            Tasks = tasks,
        };
        Try("/box", () => ObjectName.ThrowIfInvalid(configuration.Box, "box"));
        ThrowIfWrong(text);
        return configuration;
    }

    private MqttConfiguration? ReadMqtt(JsonElement mqtt, string box)
    {
        MqttConfiguration? result = null;
        Try("/mqtt", () =>
        {
            var connection = new MqttOptions
            {
                Host = mqtt.GetProperty("host").GetString()!,
                Port = mqtt.TryGetProperty("port", out var port) ? port.GetInt32() : 1883,
                ClientId = box,
                UserName = Text(mqtt, "user"),
                Password = ReadPassword(Text(mqtt, "password_file")),
                ProtocolVersion = Text(mqtt, "protocol") switch { "5" => MqttProtocolVersion.V5, "3.1.1" => MqttProtocolVersion.V311, _ => null },
                Tls = mqtt.TryGetProperty("tls", out var tls) ? ReadTls(tls) : null,
            };
            connection.ThrowIfInvalid();
            var bridge = new BridgeOptions
            {
                Prefix = Text(mqtt, "prefix") ?? "qmi",
                SoftwareVersion = ProgramVersion.Text,
                Roles = mqtt.TryGetProperty("roles", out var roles) ? roles.EnumerateObject().ToDictionary(role => role.Name, role => ToRole(role.Value.GetString()!)) : [],
                DefaultRole = Text(mqtt, "default_role") is { } role ? ToRole(role) : RpcAccess.Admin,
            };
            // Four times the limit, so that the box itself can answer a request that is somewhat too large.
            result = new MqttConfiguration(connection with { MaximumPacketSize = (uint)(4 * bridge.PayloadLimit), OutboxBytes = 4 << 20 }, bridge);
        });
        return result;
    }

    private MqttTls ReadTls(JsonElement tls) => new()
    {
        CaFile = Resolve(tls.GetProperty("ca_file").GetString()!),
        CertificateFile = Text(tls, "certificate_file") is { } certificate ? Resolve(certificate) : null,
        KeyFile = Text(tls, "key_file") is { } key ? Resolve(key) : null,
    };

    private string? ReadPassword(string? file)
    {
        if (file is null)
            return null;
        try
        {
            return File.ReadAllText(Resolve(file)).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _errors.Add(("/mqtt/password_file", $"The password cannot be read: {exception.Message}"));
            return null;
        }
    }

    private AuditConfiguration ReadAudit(JsonElement audit)
    {
        var file = Resolve(audit.GetProperty("file").GetString()!);
        if (!Directory.Exists(Path.GetDirectoryName(file)))
            _errors.Add(("/audit/file", $"The folder of {file} does not exist: create it, and let the box write there."));
        return new AuditConfiguration(file, audit.TryGetProperty("max_bytes", out var most) ? most.GetInt64() : 16 << 20);
    }

    // Files are named from where box.json is, not from where somebody happens to stand.
    private string Resolve(string file) => Path.GetFullPath(file, Path.GetDirectoryName(Path.GetFullPath(_file))!);

    private void Try(string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception exception) when (exception is QmiException or ArgumentException)
        {
            _errors.Add((path, exception.Message));
        }
    }

    private void ThrowIfWrong(byte[] text)
    {
        if (_errors.Count == 0)
            return;
        var map = new SourceMap(text);
        throw new ConfigurationException([.. _errors
            .Select(error => (Place: map.Find(error.Path), error.Message))
            .Select(error => new ConfigurationError(_file, error.Place.Line, error.Place.Column, error.Message))
            .OrderBy(error => error.Line).ThenBy(error => error.Column)]);
    }

    private static RpcAccess ToRole(string name) => (RpcAccess)Array.IndexOf(ConfigurationSchema.Roles, name);

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetString() : null;
}
