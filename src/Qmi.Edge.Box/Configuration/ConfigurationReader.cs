using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads <c>box.json</c>: JSON with comments, strict, with every mistake at once and its place.</summary>
public sealed class ConfigurationReader
{
    private const long UsualAuditBytes = 16 << 20;

    private readonly Mistakes _mistakes = new();
    private readonly ConfiguredFile _files;
    private readonly TypeCatalog _types;

    private ConfigurationReader(string file, TypeCatalog types) => (_files, _types) = (new ConfiguredFile(file, _mistakes), types);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">With every mistake.</exception>
    public static BoxConfiguration Read(string file, TypeCatalog types) => Read(file, ConfigurationText.ReadFile(file), types);

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="ConfigurationException">With every mistake.</exception>
    public static BoxConfiguration Read(string file, byte[] text, TypeCatalog types)
    {
        ArgumentNullException.ThrowIfNull(types);
        text = ConfigurationText.Trim(text);
        using var document = ConfigurationText.Parse(file, text);
        var reader = new ConfigurationReader(file, types);
        var configuration = reader.Read(document.RootElement);
        reader._mistakes.ThrowIfAny(file, new SourceMap(text));
        return configuration;
    }

    // Whatever is wrong is noted on the way; the result is used only when nothing is.
    private BoxConfiguration Read(JsonElement root)
    {
        _mistakes.AddOfFile(ConfigurationSchema.Root.Validate(root));
        var box = ObjectsReader.ReadBox(root, _mistakes);
        var alias = ObjectsReader.ReadAlias(root, _mistakes);
        var (instruments, tasks) = new ObjectsReader(_types, _mistakes).Read(root);
        return new BoxConfiguration
        {
            Box = box,
            Alias = alias,
            Mqtt = root.FindObject("mqtt") is { } mqtt && new MqttReader(_files, _mistakes).Read(mqtt, box) is { } read ? read with { Bridge = SignalsReader.Apply(root, read.Bridge) } : null,
            Signals = SignalsReader.Read(root, _files, _mistakes),
            Locks = ReadLocks(root.FindObject("locks") ?? default),
            Requests = ReadRequests(root.FindObject("requests") ?? default),
            Realtime = SchedulingReader.ReadBox(root.FindObject("realtime") ?? default),
            Audit = root.FindObject("audit") is { } audit ? ReadAudit(audit) : null,
            State = root.FindObject("state")?.FindText("folder") is { } folder && _files.RequireFolder("/state/folder", folder) is { } state ? new StateConfiguration(state) : null,
            LogLevel = root.FindObject("log")?.FindText("level") is { } level && Enum.TryParse<LogLevel>(level, ignoreCase: true, out var parsed) ? parsed : LogLevel.Information,
            Instruments = instruments,
            Tasks = tasks,
        };
    }

    private static LockOptions ReadLocks(JsonElement locks)
    {
        var usual = new LockOptions();
        return new LockOptions
        {
            MaxLease = locks.FindMilliseconds("max_lease_ms") ?? usual.MaxLease,
            DeathGrace = locks.FindMilliseconds("death_grace_ms") ?? usual.DeathGrace,
        };
    }

    private static RequestOptions ReadRequests(JsonElement requests)
    {
        var usual = new RequestOptions();
        return usual with
        {
            RequestsPerSecond = requests.Find("per_second", JsonValueKind.Number)?.GetDouble() ?? usual.RequestsPerSecond,
            Burst = requests.Find("burst", JsonValueKind.Number) is { } burst && burst.TryGetInt32(out var number) ? number : usual.Burst,
        };
    }

    private AuditConfiguration? ReadAudit(JsonElement audit)
    {
        if (_files.Resolve("/audit/file", audit.FindText("file")) is not { } file)
            return null;
        if (Directory.Exists(file))
            _mistakes.Add("/audit/file", $"{file} is a folder: name a file in it.");
        else if (!Directory.Exists(Path.GetDirectoryName(file)))
            _mistakes.Add("/audit/file", $"The folder {Path.GetDirectoryName(file)} does not exist: create it, and let the box write there.");
        return new AuditConfiguration(file, audit.Find("max_bytes", JsonValueKind.Number) is { } most && most.TryGetInt64(out var bytes) ? bytes : UsualAuditBytes);
    }
}
