using System.Text;
using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The last runs of a box, kept so that each sorts after the one before whatever the wall clock says, and so that what an earlier run left
/// at a broker is known to be the box's own.
/// </summary>
internal static partial class BootHistory
{
    private const string FileName = "boot";

    // As many as a supervisor or a broker could still hold something of.
    private const int Most = 16;

    /// <summary>Begins a run.</summary>
    /// <returns>Its id, and those of the runs before, newest last.</returns>
    public static (string Boot, IReadOnlyList<string> Earlier) Begin(IStateDisk? disk, TimeProvider timeProvider, ILogger logger)
    {
        if (disk is null)
            return (BootId.Create(timeProvider), []);
        var file = new AtomicFile(disk, FileName);
        var earlier = Load(file, logger);
        var boot = BootId.Create(timeProvider, earlier.LastOrDefault());
        try
        {
            file.Save(Encoding.ASCII.GetBytes(string.Join('\n', earlier.Append(boot).TakeLast(Most)) + "\n"));
        }
        catch (IOException exception)
        {
            LogNotSaved(logger, exception.Message);
        }

        return (boot, earlier);
    }

    private static string[] Load(AtomicFile file, ILogger logger)
    {
        try
        {
            var loaded = file.Load();
            if (loaded.Damage is { } damage)
                LogDamaged(logger, damage);
            return [.. Encoding.ASCII.GetString(loaded.Content.GetValueOrDefault().Span).Split('\n').Where(BootId.IsValid)];
        }
        catch (IOException exception)
        {
            LogNotSaved(logger, exception.Message);
            return [];
        }
    }

    [LoggerMessage(1405, LogLevel.Warning, "This run could not be noted ({Reason}): if the wall clock goes back, the next one may seem older than it")]
    private static partial void LogNotSaved(ILogger logger, string reason);

    [LoggerMessage(1406, LogLevel.Warning, "{Damage}")]
    private static partial void LogDamaged(ILogger logger, string damage);
}
