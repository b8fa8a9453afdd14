namespace Qmi.Edge.Runtime;

/// <content>What somebody must look at.</content>
internal sealed partial class SettingsKeeper<T>
{
    private string NotSavedAlarmId => SettingsAlarms.NotSaved(_owner.Name);

    // What was wrong with what the disk had.
    private void RaiseAtBeginning(SettingsBeginning<T> beginning)
    {
        foreach (var (id, severity, code, text) in beginning.Alarms)
            _owner.Box.Alarms.Raise(id, severity, code, text);
    }

    // Somebody pushes again, so somebody has looked.
    private void ClearAlarms()
    {
        foreach (var id in SettingsAlarms.ToLookAt(_owner.Name))
            _owner.Box.Alarms.Clear(id);
    }

    private void RaiseTakenBack(SettingsOrigin origin, string reason) =>
        _owner.Box.Alarms.Raise(SettingsAlarms.RolledBack(_owner.Name), AlarmSeverity.Error, "SETTINGS_ROLLED_BACK", $"{reason} It was pushed by {origin.By}{(origin.RequestId is { } id ? $" as {id}" : "")}.");

    private void RaiseNotTakenBack(SettingsEntry<T> entry, QmiException reason) =>
        _owner.Box.Alarms.Raise(SettingsAlarms.RolledBack(_owner.Name), AlarmSeverity.Critical, "SETTINGS_NOT_ROLLED_BACK", $"{_owner.Name} could not go back to the settings before, as revision {entry.Revision}: {reason.Message} Push settings that it can adopt.");
}

/// <summary>The ids of the alarms about a task's settings. The trouble comes first, as everywhere.</summary>
internal static class SettingsAlarms
{
    public static string Recovered(string task) => "settings-recovered-" + task;

    public static string Unfit(string task) => "settings-unfit-" + task;

    public static string RolledBack(string task) => "settings-rolled-back-" + task;

    public static string NotSaved(string task) => "settings-not-saved-" + task;

    /// <summary>Those that end when somebody has looked.</summary>
    public static string[] ToLookAt(string task) => [Recovered(task), Unfit(task), RolledBack(task)];

    public static string[] All(string task) => [.. ToLookAt(task), NotSaved(task)];
}
