namespace Qmi.Edge.Runtime;

/// <summary>The signals that every task has.</summary>
internal static class TaskSignals
{
    public const string SettingsUpdated = "settings_updated";
    public const string StatusUpdated = "status_updated";

    // Both are also retained documents, so a late reader loses nothing: a short queue is enough.
    private const int Capacity = 256;

    public static IReadOnlyList<SignalDescription> For<TSettings, TStatus>(TaskType<TSettings, TStatus> type) =>
    [
        new SignalDescription<TSettings> { Name = SettingsUpdated, DataType = type.Settings, Capacity = Capacity, HasHistory = false, Description = "The settings that came into effect." },
        new SignalDescription<TStatus> { Name = StatusUpdated, DataType = type.Status, Capacity = Capacity, HasHistory = false, Description = "The status, when the task publishes it." },
        .. type.HasLoop ? LoopSignals.All : [],
    ];
}
