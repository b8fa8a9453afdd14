namespace Qmi.Edge.Bridge;

/// <summary>The signals that are not published as signals: they are the settings and status documents.</summary>
internal static class BuiltInSignals
{
    private static readonly string[] Names = ["settings_updated", "status_updated"];

    public static bool Contains(string signal) => Names.Contains(signal);
}
