using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The methods of <c>_box</c> by which people look after a box: its alarms, its friendly name, its restart.</summary>
internal static class BoxUpkeep
{
    public static IReadOnlyList<RpcMethod> Methods { get; } =
    [
        new BuiltInMethod<BoxObject>(
            new()
            {
                Name = "ack_alarm",
                Lock = LockRule.Ignores,
                Idempotent = true,
                Arguments = BuiltIn.Arguments(new SchemaProperty("id", BuiltIn.Text("The alarm, the last level of its topic.", minLength: 1), Required: true)),
                Result = BuiltIn.Any,
                Description = "Notes that the caller has seen an alarm. It stays until its cause is gone.",
            },
            static (self, request, writer, _) => Acknowledge(self.Box, request, writer)),
        new BuiltInMethod<BoxObject>(
            new()
            {
                Name = "rename",
                Access = RpcAccess.Admin,
                Lock = LockRule.Ignores,
                Idempotent = true,
                Arguments = BuiltIn.Arguments(new SchemaProperty("alias", BuiltIn.Text("The new friendly name.", minLength: 1), Required: true)),
                Result = BuiltIn.Any,
                Description = "Gives the box another friendly name. Its id and its topics stay.",
            },
            static async (self, request, writer, _) =>
            {
                await self.Box.Alias.RenameAsync(request.GetText("alias")!).ConfigureAwait(false);
                WriteAlias(writer, self.Box);
            }),
        new BuiltInMethod<BoxObject>(
            new()
            {
                Name = "reboot",
                Access = RpcAccess.Admin,
                Lock = LockRule.Ignores,
                Arguments = BuiltIn.Arguments(new SchemaProperty("reason", BuiltIn.Text("Why, for the log and for whoever watches."))),
                Result = BuiltIn.Any,
                Description = "Stops the box in order and lets it be started again by what supervises it.",
            },
            static (self, request, writer, _) => Restart(self.Box, request, writer)),
    ];

    private static ValueTask Acknowledge(EdgeBox box, RpcRequest request, Utf8JsonWriter writer)
    {
        var alarm = box.Alarms.Acknowledge(request.GetText("id")!, request.Caller.Name);
        writer.WriteStartObject();
        writer.WriteString("id"u8, alarm.Id);
        writer.WriteString("code"u8, alarm.Code);
        writer.WriteTimestamp("at"u8, alarm.Acknowledged!.At);
        writer.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private static void WriteAlias(Utf8JsonWriter writer, EdgeBox box)
    {
        writer.WriteStartObject();
        writer.WriteString("alias"u8, box.Alias.Name);
        writer.WriteString("box"u8, box.Name);
        writer.WriteEndObject();
    }

    private static ValueTask Restart(EdgeBox box, RpcRequest request, Utf8JsonWriter writer)
    {
        box.RequestRestart(new RestartRequest(request.Caller.Name, request.GetText("reason")));
        writer.WriteStartObject();
        writer.WriteString("boot"u8, box.Boot);
        writer.WriteEndObject();
        return ValueTask.CompletedTask;
    }
}
