using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// What Home Assistant has been shown, in this run of the box and in the one before: whatever of it is gone must be removed there by name, since
/// leaving it out is no removal. Without a state folder only this run is known.
/// </summary>
internal sealed partial class ShownEntities
{
    private const string FileName = "discovery";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _platforms = [];
    private readonly AtomicFile? _file;
    private readonly BackgroundSave? _save;
    private Dictionary<string, string> _current = [];

    public ShownEntities(BoxState? state, ILogger logger)
    {
        if (state is null)
            return;
        _file = new AtomicFile(state.Disk, FileName);
        _save = new BackgroundSave(state.Writer, "What Home Assistant was shown", Save);
        Load(logger);
    }

    /// <summary>Notes what is shown from now on.</summary>
    /// <returns>What was shown before and is no more, with its platform.</returns>
    public IReadOnlyList<(string Id, string Platform)> Show(IReadOnlyList<HomeAssistantEntity> entities)
    {
        lock (_gate)
        {
            var current = new Dictionary<string, string>();
            foreach (var entity in entities)
                _platforms[entity.Id] = current[entity.Id] = entity.Platform;
            var isSame = current.Count == _current.Count && current.All(shown => _current.GetValueOrDefault(shown.Key) == shown.Value);
            _current = current;
            if (!isSame)
                _ = _save?.RequestAsync();
            return [.. _platforms.Where(shown => !current.ContainsKey(shown.Key)).Select(shown => (shown.Key, shown.Value)).OrderBy(shown => shown.Key, StringComparer.Ordinal)];
        }
    }

    private void Load(ILogger logger)
    {
        var (content, damage) = _file!.Load();
        if (damage is not null)
            LogDamaged(logger, damage);
        if (content is not { } bytes)
            return;
        using var document = JsonDocument.Parse(bytes);
        foreach (var shown in document.RootElement.GetProperty("home_assistant"u8).EnumerateObject())
            _platforms[shown.Name] = shown.Value.GetString()!;
    }

    private void Save()
    {
        KeyValuePair<string, string>[] shown;
        lock (_gate)
            shown = [.. _current];
        var bytes = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JsonStyle.Writing.Encoder });
        writer.WriteStartObject();
        writer.WriteNumber("v"u8, 1);
        writer.WriteStartObject("home_assistant"u8);
        foreach (var (id, platform) in shown)
            writer.WriteString(id, platform);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        _file!.Save(bytes.WrittenSpan);
    }

    [LoggerMessage(2401, LogLevel.Warning, "Home Assistant may go on showing what is no more: {Damage}")]
    private static partial void LogDamaged(ILogger logger, string damage);
}
