using System.Text.Json;
using System.Text.Json.Serialization;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>What others may change in a test's task.</summary>
public sealed record TestSettings
{
    public double Rate { get; init; } = 10;

    public string Name { get; init; } = "";
}

/// <summary>A status that changes every turn: a struct, so that nothing is allocated.</summary>
public readonly record struct TestStatus(long Turn, double Rate);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TestSettings))]
[JsonSerializable(typeof(TestStatus))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;

/// <summary>What the generator would make, written by hand: the runtime is tested without it.</summary>
internal static class TestTypes
{
    public static readonly DataType<double> Number = new(TestJson.Default.Double, new Schema { Type = SchemaType.Number });

    public static readonly DataType<string> Text = new(TestJson.Default.String, new Schema { Type = SchemaType.String });

    public static readonly DataType<TestSettings> Settings = new(TestJson.Default.TestSettings, new Schema
    {
        Type = SchemaType.Object,
        Properties =
        [
            new("rate", new Schema { Type = SchemaType.Number, Minimum = 1, Maximum = 100, Unit = "Hz" }),
            new("name", new Schema { Type = SchemaType.String, MaxLength = 8 }),
        ],
    });

    public static readonly DataType<TestStatus> Status = new(TestJson.Default.TestStatus, new Schema
    {
        Type = SchemaType.Object,
        Properties = [new("turn", new Schema { Type = SchemaType.Integer }), new("rate", new Schema { Type = SchemaType.Number })],
    });

    public static readonly TaskType<TestSettings, TestStatus> Task = new()
    {
        TypeName = "scripted",
        ClassName = "Tests.Scripted",
        Settings = Settings,
        Status = Status,
        HasLoop = true,
        DefaultSettings = static () => new TestSettings(),
        Signals = [new SignalDescription<double> { Name = "ticked", DataType = Number }],
        CreateTaskRunner = static init => new QmiTaskRunner<TestSettings, TestStatus>(init),
        Create = static (_, _) => throw new NotSupportedException("Tests give their own factory."),
        CreateProxy = static channel => new TestTaskProxy(channel),
    };

    public static readonly InstrumentType Instrument = new()
    {
        TypeName = "scripted_instrument",
        ClassName = "Tests.ScriptedInstrument",
        Methods = [new RpcMethod<RunCall, ScriptedInstrument, double>(), new RpcMethod<ReadCall, ScriptedInstrument, double>(), new RpcMethod<GuardedCall, ScriptedInstrument, double>(), new RpcMethod<RepeatableCall, ScriptedInstrument, double>(), new RpcMethod<CancellableCall, ScriptedInstrument, double>()],
        Create = static (_, _) => throw new NotSupportedException("Tests give their own factory."),
        CreateProxy = static channel => new ScriptedInstrumentProxy(channel),
    };
}

internal sealed class TestTaskProxy(RpcChannel channel) : TaskProxy<TestSettings, TestStatus>(channel)
{
    public SignalSource<double> Ticked => Channel.GetSignal<double>("ticked");
}

/// <summary>An instrument whose methods do what the test says.</summary>
internal sealed class ScriptedInstrument(InstrumentInit init, Func<double, double> run) : QmiInstrument(init)
{
    public int Opened { get; private set; }

    public int Closed { get; private set; }

    public Action? WhenClosed { get; init; }

    public double Run(double argument) => run(argument);

    protected override void OnOpen() => Opened++;

    protected override void OnClose()
    {
        Closed++;
        WhenClosed?.Invoke();
    }
}

internal sealed class ScriptedInstrumentProxy(RpcChannel channel) : InstrumentProxy(channel)
{
    public double Run(double argument) => Channel.Call<RunCall, ScriptedInstrument, double>(new(argument));

    public Task<double> RunAsync(double argument, CancellationToken cancellationToken = default) => Channel.CallAsync<RunCall, ScriptedInstrument, double>(new(argument), cancellationToken);

    public double Read(double argument) => Channel.Call<ReadCall, ScriptedInstrument, double>(new(argument));

    public double Guarded(double argument) => Channel.Call<GuardedCall, ScriptedInstrument, double>(new(argument));
}

internal readonly record struct RunCall(double Argument) : IRpcCall<RunCall, ScriptedInstrument, double>
{
    public static RpcMethodDescription Method { get; } = TestCalls.Describe("run", RpcAccess.Control);

    public static DataType<double> Result => TestTypes.Number;

    public double Invoke(ScriptedInstrument target) => target.Run(Argument);

    public void WriteArguments(Utf8JsonWriter writer) => TestCalls.Write(writer, Argument);

    public static RunCall ReadArguments(JsonElement arguments) => new(arguments.GetProperty("argument").GetDouble());
}

internal readonly record struct ReadCall(double Argument) : IRpcCall<ReadCall, ScriptedInstrument, double>
{
    public static RpcMethodDescription Method { get; } = TestCalls.Describe("read", RpcAccess.Read);

    public static DataType<double> Result => TestTypes.Number;

    public double Invoke(ScriptedInstrument target) => target.Run(Argument);

    public void WriteArguments(Utf8JsonWriter writer) => TestCalls.Write(writer, Argument);

    public static ReadCall ReadArguments(JsonElement arguments) => new(arguments.GetProperty("argument").GetDouble());
}

internal readonly record struct GuardedCall(double Argument) : IRpcCall<GuardedCall, ScriptedInstrument, double>
{
    public static RpcMethodDescription Method { get; } = TestCalls.Describe("guarded", RpcAccess.Control, LockRule.Requires);

    public static DataType<double> Result => TestTypes.Number;

    public double Invoke(ScriptedInstrument target) => target.Run(Argument);

    public void WriteArguments(Utf8JsonWriter writer) => TestCalls.Write(writer, Argument);

    public static GuardedCall ReadArguments(JsonElement arguments) => new(arguments.GetProperty("argument").GetDouble());
}

internal readonly record struct RepeatableCall(double Argument) : IRpcCall<RepeatableCall, ScriptedInstrument, double>
{
    public static RpcMethodDescription Method { get; } = TestCalls.Describe("repeatable", RpcAccess.Control) with { Idempotent = true };

    public static DataType<double> Result => TestTypes.Number;

    public double Invoke(ScriptedInstrument target) => target.Run(Argument);

    public void WriteArguments(Utf8JsonWriter writer) => TestCalls.Write(writer, Argument);

    public static RepeatableCall ReadArguments(JsonElement arguments) => new(arguments.GetProperty("argument").GetDouble());
}

internal readonly record struct CancellableCall(double Argument) : IRpcCall<CancellableCall, ScriptedInstrument, double>
{
    public static RpcMethodDescription Method { get; } = TestCalls.Describe("cancellable", RpcAccess.Control) with { Cancellable = true };

    public static DataType<double> Result => TestTypes.Number;

    public double Invoke(ScriptedInstrument target) => target.Run(Argument);

    public void WriteArguments(Utf8JsonWriter writer) => TestCalls.Write(writer, Argument);

    public static CancellableCall ReadArguments(JsonElement arguments) => new(arguments.GetProperty("argument").GetDouble());
}

internal static class TestCalls
{
    public static RpcMethodDescription Describe(string name, RpcAccess access, LockRule rule = LockRule.Respects) => new()
    {
        Name = name,
        Access = access,
        Lock = rule,
        Arguments = new Schema { Type = SchemaType.Object, Properties = [new("argument", TestTypes.Number.Schema, Required: true)] },
        Result = TestTypes.Number.Schema,
    };

    public static void Write(Utf8JsonWriter writer, double argument)
    {
        writer.WriteStartObject();
        writer.WriteNumber("argument", argument);
        writer.WriteEndObject();
    }
}
