namespace Qmi.Edge.Runtime;

/// <summary>The states of an ack on the wire.</summary>
public static class SettingsAckStates
{
    private static readonly string[] Names = ["pending", "applied", "rejected", "failed", "superseded", "expired", "rolled_back"];

    // As Azure IoT Plug and Play numbers them; what it does not know has the status of the error that it is.
    private static readonly int[] Numbers = [202, 200, 400, 500, 409, 408, 203];

    /// <summary>The name of a state.</summary>
    public static string NameOf(SettingsAckState state) => Names[(int)state];

    /// <summary>The number of a state.</summary>
    public static int NumberOf(SettingsAckState state) => Numbers[(int)state];

    /// <summary>The state of a name.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    internal static SettingsAckState Parse(string? name) =>
        Array.IndexOf(Names, name) is >= 0 and var index ? (SettingsAckState)index : throw new FormatException($"\"{name}\" is no state of a push.");
}
