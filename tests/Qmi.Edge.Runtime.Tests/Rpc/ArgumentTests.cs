using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public class ArgumentTests
{
    [Fact]
    [Trait("rule", "RPC-4")]
    public async Task An_argument_that_its_schema_accepts_and_its_type_cannot_hold_is_the_callers_mistake_and_nothing_runs()
    {
        await using var given = new GivenBox();
        var calls = 0;
        given.Box.AddInstrument(Calendar, "calendar", init => new ScriptedInstrument(init, argument => argument + ++calls));

        var refused = await CallTests.Ask(given, "calendar", "wait_for", RpcAccess.Control, """{"moment":"2026-02-30T00:00:00Z"}""");
        var accepted = await CallTests.Ask(given, "calendar", "wait_for", RpcAccess.Control, """{"moment":"2026-02-28T00:00:00Z"}""");

        Assert.Equal((ErrorCode.BadArgs, Executed.No), (refused.Error!.Code, refused.Error.Executed));
        Assert.StartsWith("calendar.wait_for: ", refused.Error.Message);
        Assert.Null(accepted.Error);
        Assert.Equal(1, calls);
    }

    private static readonly InstrumentType Calendar = new()
    {
        TypeName = "calendar",
        ClassName = "Tests.Calendar",
        Methods = [new RpcMethod<WaitForCall, ScriptedInstrument, double>()],
        Create = static (_, _) => throw new NotSupportedException("The test gives its own factory."),
        CreateProxy = static channel => new ScriptedInstrumentProxy(channel),
    };

    private readonly record struct WaitForCall(DateTimeOffset Moment) : IRpcCall<WaitForCall, ScriptedInstrument, double>
    {
        public static RpcMethodDescription Method { get; } = new()
        {
            Name = "wait_for",
            Arguments = new Schema { Type = SchemaType.Object, Properties = [new("moment", DataTypes.Timestamp.Schema, Required: true)] },
            Result = TestTypes.Number.Schema,
        };

        public static DataType<double> Result => TestTypes.Number;

        public double Invoke(ScriptedInstrument target) => target.Run(Moment.Day);

        public void WriteArguments(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            DataTypes.Timestamp.WriteMember(writer, "moment"u8, Moment);
            writer.WriteEndObject();
        }

        public static WaitForCall ReadArguments(JsonElement arguments) => new(DataTypes.Timestamp.ReadMember(arguments, "moment"));
    }
}
