using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>An instrument's life on the wire.</summary>
public static class InstrumentStateDocument
{
    /// <summary>Writes its members into an object that the caller has begun.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, QmiInstrument instrument)
    {
        var life = instrument.Life;
        writer.WriteString("state"u8, NameOf(life.State));
        writer.WriteTimestamp("since"u8, life.Since);
        if (instrument.IsSimulated)
            writer.WriteBoolean("simulated"u8, true);
        writer.WriteString("error"u8, life.Reason);
    }

    /// <summary>The name of a state on the wire.</summary>
    public static string NameOf(InstrumentState state) => state switch
    {
        InstrumentState.Closed => "closed",
        InstrumentState.Open => "open",
        _ => "lost",
    };
}
