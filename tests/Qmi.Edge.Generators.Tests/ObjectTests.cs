using System.Text.Json;
using Qmi.Edge.Generators.Tests.Samples;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Generators.Tests;

/// <summary>Tasks and instruments of the samples, made and called through what was generated for them.</summary>
public sealed class ObjectTests
{
    [Fact]
    public async Task Two_classes_with_the_same_constructor_are_made_by_the_same_call_shape()
    {
        await using var box = new EdgeBox("lab");

        VoltmeterAProxy first = box.MakeInstrument<VoltmeterA>("first", "addr", channels: 2);
        VoltmeterBProxy second = box.MakeInstrument<VoltmeterB>("second", "addr", channels: 2);

        Assert.Equal(3.5, first.ReadVoltage(1));
        Assert.Equal(6, second.ReadVoltage(1));
    }

    [Fact]
    public async Task A_proxy_is_every_interface_whose_members_are_all_RPC_methods()
    {
        await using var box = new EdgeBox("lab");
        var proxy = box.MakeInstrument<VoltmeterA>("a", "addr");

        Assert.Equal(2.5, Assert.IsAssignableFrom<IResettable>(proxy).ReadVoltage(1));
        Assert.IsNotAssignableFrom<IUncovered>(proxy);
    }

    [Fact]
    public async Task The_asynchronous_twin_takes_the_same_arguments()
    {
        await using var box = new EdgeBox("lab");
        var meter = box.MakeInstrument<VoltmeterB>("b", "addr");

        Assert.Equal("1 2 3 True 4 HeatOnly n 0.25", meter.Combine(1, 2, 3, true, new Limits(4), Mode.HeatOnly, "n", 0.25f));
        Assert.Equal("1 2 3 True 4 Auto - 0.5", await meter.CombineAsync(1, 2, 3, true, new Limits(4), cancellationToken_: TestContext.Current.CancellationToken));
        Assert.Equal(new Limits(1, 3), await meter.FindAsync([3, 1], TimeSpan.Zero, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("combine", """{"event":1,"target":2,"channel":3,"cancellation_token":true,"limits":{"low":4}}""", "\"1 2 3 True 4 Auto - 0.5\"")]
    [InlineData("combine", """[1,2,3,true,{"low":4},"heat_only",null,0.25]""", "\"1 2 3 True 4 HeatOnly - 0.25\"")]
    [InlineData("find", """{"values":[3,1],"within":0.5}""", """{"low":1,"high":3}""")]
    [InlineData("find", """{"values":[]}""", "null")]
    public async Task A_call_as_JSON_reaches_the_method_with_the_defaults_of_its_parameters(string method, string arguments, string result)
    {
        await using var box = new EdgeBox("lab");
        box.MakeInstrument<VoltmeterB>("b", "addr");

        var reply = await box.FindObject("b")!.DispatchAsync(Request(method, arguments), TestContext.Current.CancellationToken);

        Assert.Null(reply.Error);
        Assert.Equal(result, System.Text.Encoding.UTF8.GetString(reply.Result.Span));
    }

    [Fact]
    public async Task Arguments_that_a_proxy_writes_are_those_that_the_method_reads()
    {
        await using var box = new EdgeBox("lab");
        box.MakeInstrument<VoltmeterB>("b", "addr");
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            new VoltmeterBProxy.Calls.Combine(1, 2, 3, true, new Limits(4), Mode.HeatOnly, "n", 0.25f).WriteArguments(writer);

        var reply = await box.FindObject("b")!.DispatchAsync(Request("combine", System.Text.Encoding.UTF8.GetString(stream.ToArray())), TestContext.Current.CancellationToken);

        Assert.Equal("\"1 2 3 True 4 HeatOnly n 0.25\"", System.Text.Encoding.UTF8.GetString(reply.Result.Span));
    }

    [Fact]
    public void What_the_attribute_says_is_in_the_description()
    {
        var methods = VoltmeterA.EdgeType.Methods.Select(method => method.Description).ToDictionary(method => method.Name);

        Assert.Equal(["read_voltage", "reset"], methods.Keys);
        Assert.Equal((RpcAccess.Read, true, TimeSpan.FromMilliseconds(250)), (methods["read_voltage"].Access, methods["read_voltage"].Idempotent, methods["read_voltage"].Timeout));
        Assert.Equal((RpcAccess.Admin, LockRule.Requires, null), (methods["reset"].Access, methods["reset"].Lock, methods["reset"].Timeout));
        Assert.Equal("volt_a", VoltmeterA.EdgeType.TypeName);
        Assert.Equal("Qmi.Edge.Generators.Tests.Samples.VoltmeterA", VoltmeterA.EdgeType.ClassName);
        Assert.Equal("Has the same constructor as the other one.", VoltmeterA.EdgeType.Description);
    }

    [Fact]
    public void A_signal_of_an_abstract_base_belongs_to_every_heir()
    {
        var signal = Assert.Single(VoltmeterA.EdgeType.Signals);

        Assert.Equal(("measured_v", true, 16, "Something was measured."), (signal.Name, signal.Reliable, signal.Capacity, signal.Description));
        Assert.Equal("measured_v", Assert.Single(VoltmeterB.EdgeType.Signals).Name);
    }

    [Fact]
    public async Task A_generic_base_gives_its_heir_methods_and_signals_of_the_heirs_types()
    {
        await using var box = new EdgeBox("lab");
        var adc = box.MakeInstrument<Adc24>("adc");
        var receiver = new SignalReceiver<int>();
        adc.Sampled.Subscribe(receiver);

        Assert.Equal(25, adc.Sample(1));

        Assert.Equal(25, receiver.GetNextSignal(TimeSpan.FromSeconds(10)).Value);
        Assert.Equal(["sampled", "overflown"], Adc24.EdgeType.Signals.Select(signal => signal.Name));
    }

    [Fact]
    public async Task A_signal_is_heard_through_the_proxy()
    {
        await using var box = new EdgeBox("lab");
        var meter = box.MakeInstrument<VoltmeterA>("a", "addr");
        var receiver = new SignalReceiver<double>();
        meter.MeasuredV.Subscribe(receiver);

        meter.ReadVoltage(3);

        Assert.Equal(3, receiver.GetNextSignal(TimeSpan.FromSeconds(10)).Value);
    }

    [Fact]
    public async Task An_object_is_made_from_configuration_by_values_and_references()
    {
        await using var box = new EdgeBox("lab");
        box.AddInstrument(ScpiThermometer.EdgeType, "sensor", Arguments(box, """{"transport":"abc"}"""));
        var proxy = (ThermostatProxy)box.AddTask(Thermostat.EdgeType, "thermostat", Arguments(box, """{"sensor":"sensor"}"""));
        var receiver = new SignalReceiver<Excursion>();
        proxy.Excursion.Subscribe(receiver);

        await proxy.StartAsync(TestContext.Current.CancellationToken);

        // 30 K measured, 295 K wanted, and the default of the limit.
        Assert.Equal(new Excursion(30, 5), receiver.GetNextSignal(TimeSpan.FromSeconds(10)).Value);
        Assert.Equal(295, proxy.GetSettings().Setpoint);
    }

    [Fact]
    public async Task Arguments_that_may_be_missing_are_missing()
    {
        await using var box = new EdgeBox("lab");
        box.MakeInstrument<VoltmeterA>("meter", "addr");

        box.AddTask(Outer.Second.EdgeType, "none", Arguments(box, "{}"), new TaskOptions<Positional> { Settings = new(1, null) });
        box.AddTask(Outer.Second.EdgeType, "all", Arguments(box, """{"meter":"meter","taps":[1],"other":"none"}"""), new TaskOptions<Positional> { Settings = new(1, null) });

        Assert.Equal(["meter", "other"], Outer.Second.EdgeType.References);
        Assert.DoesNotContain(Outer.Second.EdgeType.Arguments.Properties, property => property.Required);
    }

    [Fact]
    public async Task Two_tasks_share_a_runner_and_the_last_override_is_called()
    {
        await using var box = new EdgeBox("lab");
        var inner = box.MakeTask<Outer.Inner>("inner", new() { Settings = new Positional(2, null) });
        var second = box.MakeTask<Outer.Second>("second", options: new() { Settings = new Positional(3, null) });

        Assert.Equal(5, inner.Double());
        Assert.Equal(7, second.Double());
    }

    [Fact]
    public async Task Settings_without_defaults_must_be_given()
    {
        Assert.Null(Outer.Inner.EdgeType.DefaultSettings);
        Assert.NotNull(Minimal.EdgeType.DefaultSettings);
        await using var box = new EdgeBox("lab");

        Assert.Throws<QmiException>(() => box.MakeTask<Outer.Inner>("inner").GetSettings());
        Assert.Equal(default, box.MakeTask<Minimal>("minimal").GetSettings());
    }

    [Fact]
    public void A_class_is_known_by_its_type_argument()
    {
        Assert.Same(Thermostat.EdgeType, TypeOf<Thermostat>());
        Assert.Same(VoltmeterA.EdgeType, TypeOf<VoltmeterA>());

        static ObjectType TypeOf<T>()
            where T : IDescribed<T> => T.EdgeType;
    }

    [Fact]
    public async Task The_names_that_the_generator_keeps_free_are_those_of_the_runtime()
    {
        await using var box = new EdgeBox("lab");
        box.MakeTask<Minimal>("task");
        box.MakeInstrument<ScpiThermometer>("instrument", "abc");
        var task = box.FindObject("task")!.Description;
        var instrument = box.FindObject("instrument")!.Description;

        Assert.Equal(task.Methods.Select(method => method.Name), BuiltInNames.TaskMethods.Order(StringComparer.Ordinal));
        Assert.Equal(instrument.Methods.Select(method => method.Name).Where(name => name != "read_temperature"), BuiltInNames.InstrumentMethods.Order(StringComparer.Ordinal));
        Assert.Equal(Thermostat.EdgeType.Describe("loop").Signals.Select(signal => signal.Name).Where(name => name != "excursion"), BuiltInNames.TaskSignals);
        Assert.Equal(task.Signals.Select(signal => signal.Name), BuiltInNames.TaskSignals.Except(["loop_missed", "loop_recovered"]));
        Assert.Equal(instrument.Signals.Select(signal => signal.Name), BuiltInNames.InstrumentSignals);
    }

    private static ConstructorArguments Arguments(EdgeBox box, string json) => new(Parse(json), box);

    private static RpcRequest Request(string method, string arguments) => new()
    {
        Caller = Caller.Local,
        Method = method,
        Verb = RpcAccess.Control,
        Arguments = Parse(arguments),
        Deadline = long.MaxValue,
    };

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
