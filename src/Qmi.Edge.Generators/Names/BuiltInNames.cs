namespace Qmi.Edge.Generators;

/// <summary>The names that the runtime gives to methods and signals of every object. A test compares them with the runtime.</summary>
internal static class BuiltInNames
{
    private static readonly string[] ObjectMethods = ["get_name", "get_signals", "signal_range", "is_locked", "lock_info", "lock", "renew", "unlock", "force_unlock"];

    public static IReadOnlyCollection<string> TaskMethods { get; } =
    [
        .. ObjectMethods, "is_running", "get_task_class_name", "get_state", "get_loop_statistics", "get_status", "get_settings",
        "get_pending_settings", "start", "stop", "join", "restart", "configure_loop", "reset_loop_statistics", "set_settings", "confirm_settings",
    ];

    public static IReadOnlyCollection<string> InstrumentMethods { get; } = [.. ObjectMethods, "is_open", "get_state", "open", "close"];

    public static IReadOnlyCollection<string> TaskSignals { get; } = ["settings_updated", "status_updated", "loop_missed", "loop_recovered"];

    public static IReadOnlyCollection<string> InstrumentSignals { get; } = [];
}
