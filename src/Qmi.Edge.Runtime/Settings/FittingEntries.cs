using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Reads the settings of a record into today's type, and notes what did not fit.</summary>
internal sealed class FittingEntries<T>(DataType<T> type, JsonElement defaults)
{
    private readonly SortedSet<string> _leftOut = new(StringComparer.Ordinal);
    private long _misfitRevision;

    /// <summary>Why one of them could not be used; null when all could.</summary>
    public string? Misfit { get; private set; }

    public SettingsEntry<T>? Read(RecordedEntry? recorded)
    {
        if (recorded is null)
            return null;
        if (SettingsFit.TryRead(recorded.Values, defaults, type, out var value, out var leftOut, out var misfit))
        {
            _leftOut.UnionWith(leftOut);
            return new SettingsEntry<T>(value, recorded.Origin);
        }

        (Misfit, _misfitRevision) = (Misfit ?? misfit, Misfit is null ? recorded.Origin.Revision : _misfitRevision);
        return null;
    }

    /// <summary>What did not fit, for an alarm; null when everything did.</summary>
    public string? Report(string task) => (Misfit, _leftOut.Count) switch
    {
        (null, 0) => null,
        (null, _) => $"The settings of {task} have members that this version of the software does not know: {string.Join(", ", _leftOut)}. They are left out. The old record is kept as settings/{task}.unfit.",
        _ => $"The settings of {task}, revision {_misfitRevision}, do not fit this version of the software: {Misfit} The newest that fit are used. The old record is kept as settings/{task}.unfit.",
    };
}
