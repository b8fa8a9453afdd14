using System.Text;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The friendly name of a box, by which people find it. It may change at any time; what has it as <see cref="EdgeBox.Name"/> stays. A renaming
/// at run time wins over the configuration until the configuration itself changes.
/// </summary>
public sealed partial class BoxAlias
{
    private const string FileName = "alias";

    private readonly EdgeBox _box;
    private readonly string? _configured;
    private readonly AtomicFile? _file;
    private readonly BackgroundSave? _save;
    private volatile string? _name;

    internal BoxAlias(EdgeBox box, string? configured, ILogger logger)
    {
        if (configured is not null)
            ObjectName.ThrowIfInvalid(configured, "alias");
        (_box, _configured, _name) = (box, configured, configured);
        if (box.State is not { } state)
            return;
        _file = new AtomicFile(state.Disk, FileName);
        _save = new BackgroundSave(state.Writer, "The alias of the box", Save);
        Load(logger);
    }

    /// <summary>The name, or null when there is none.</summary>
    public string? Name => _name;

    /// <summary>Changes the name.</summary>
    /// <returns>Completes when the new name would survive a power cut.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>: the name breaks the rules; <see cref="ErrorCode.Busy"/>, in the task: the disk did not take it.</exception>
    public async Task RenameAsync(string name)
    {
        ObjectName.ThrowIfInvalid(name, "alias");
        var before = Interlocked.Exchange(ref _name, name);
        try
        {
            if (_save is not null)
                await _save.RequestAsync().ConfigureAwait(false);
        }
        catch
        {
            // Nothing was done, as the error says: the name is not told to anybody, and after a restart it would not be known.
            Interlocked.CompareExchange(ref _name, before, name);
            throw;
        }

        _box.NotifyChanged(BoxAspect.Alias);
    }

    // Two lines: what the configuration said when the box was renamed, and the name since.
    private void Save() => _file!.Save(Encoding.ASCII.GetBytes($"{_configured}\n{_name}\n"));

    private void Load(ILogger logger)
    {
        try
        {
            var loaded = _file!.Load();
            if (loaded.Damage is { } damage)
                LogDamaged(logger, damage);
            if (loaded.Content is not { } content || Encoding.ASCII.GetString(content.Span).Split('\n') is not [var configured, var name, ..])
                return;
            if (configured == (_configured ?? "") && ObjectName.IsValid(name))
                _name = name;
        }
        catch (IOException exception)
        {
            LogNotRead(logger, exception.Message);
        }
    }

    [LoggerMessage(1407, LogLevel.Warning, "{Damage}")]
    private static partial void LogDamaged(ILogger logger, string damage);

    [LoggerMessage(1408, LogLevel.Warning, "The alias could not be read ({Reason}): the one of the configuration is used")]
    private static partial void LogNotRead(ILogger logger, string reason);
}
