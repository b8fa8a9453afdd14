using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The RPC methods that every instrument has.</summary>
internal static class InstrumentMethods
{
    public static IReadOnlyList<RpcMethod> All { get; } =
    [
        .. ObjectMethods.All,
        BuiltIn.Read<QmiInstrument>("is_open", "Whether the instrument can be used.", BuiltIn.Flag(), static (instrument, writer) => writer.WriteBooleanValue(instrument.State == InstrumentState.Open)),
        BuiltIn.Read<QmiInstrument>("get_state", "Whether the instrument can be used, and why not.", BuiltIn.Any, WriteState),
        new BuiltInMethod<QmiInstrument>(
            new() { Name = "open", Description = "Opens the way to the instrument." },
            static (instrument, request, _, cancellation) => new ValueTask(BuiltIn.RunInTurnAsync(instrument, request, instrument.Open, cancellation))) { WaitsForTurn = true },
        new BuiltInMethod<QmiInstrument>(
            new() { Name = "close", Idempotent = true, Description = "Closes it." },
            static (instrument, request, _, cancellation) => new ValueTask(BuiltIn.RunInTurnAsync(instrument, request, instrument.Close, cancellation))) { WaitsForTurn = true },
    ];

    private static void WriteState(QmiInstrument instrument, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        InstrumentStateDocument.WriteMembers(writer, instrument);
        writer.WriteEndObject();
    }
}
