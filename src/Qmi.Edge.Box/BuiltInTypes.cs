using Qmi.Edge.Drivers;

namespace Qmi.Edge.Box;

/// <summary>The types that every box has.</summary>
public static class BuiltInTypes
{
    /// <summary>Adds them to a catalogue.</summary>
    public static void AddTo(TypeCatalog types)
    {
        ArgumentNullException.ThrowIfNull(types);
        types.Add<HostMonitor>();
    }
}
