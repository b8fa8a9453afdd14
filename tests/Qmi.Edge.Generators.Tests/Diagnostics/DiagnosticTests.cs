namespace Qmi.Edge.Generators.Tests;

/// <summary>The other ways to make the mistakes that the pages describe, and what is said about each.</summary>
public sealed class DiagnosticTests
{
    [Theory]
    [InlineData("QMIE0001", "Outer must be partial: the generator adds a part to Inner inside it.", "public class Outer { public sealed partial class Inner(InstrumentInit init) : QmiInstrument(init); }")]
    [InlineData("QMIE0001", "LonelyRunner must be partial", "public sealed class LonelyRunner : QmiTaskRunner<Nothing, Nothing>;")]
    [InlineData("QMIE0002", "the settings of T is double, which is no immutable record", "public sealed partial class T(TaskInit init) : QmiTask<double, Nothing>(init) { protected override void Run() { } }")]
    [InlineData("QMIE0002", "the status of T is S, which is no immutable record", "public sealed class S; public sealed partial class T(TaskInit init) : QmiTask<Nothing, S>(init) { protected override void Run() { } }")]
    [InlineData("QMIE0002", "whose member X can be changed after it was made, but values cross threads: make it a readonly record struct", "[JsonRecord] public record struct S(double X);")]
    [InlineData("QMIE0002", "member _x can be changed after it was made, but values cross threads: make it readonly", "[JsonRecord] public sealed record S { private double _x; public double X => _x++; }")]
    [InlineData("QMIE0002", "S.Inner is Mutable, whose member X", "public sealed record Mutable { public int X { get; set; } } [JsonRecord] public sealed record S(Mutable Inner);")]
    [InlineData("QMIE0003", "S.Value is object, which has no JSON form: name a type", "[JsonRecord] public sealed record S(object Value);")]
    [InlineData("QMIE0003", "S.Items[].At is DateTime, which has no JSON form: use DateTimeOffset", "public sealed record Item(DateTime At); [JsonRecord] public sealed record S(Item[] Items);")]
    [InlineData("QMIE0003", "S.Pair is (int, int), which has no JSON form: use a readonly record struct", "[JsonRecord] public sealed record S((int, int) Pair);")]
    [InlineData("QMIE0003", "S.Shape is Shape, which has no JSON form: use a sealed record", "public abstract record Shape; [JsonRecord] public sealed record S(Shape Shape);")]
    [InlineData("QMIE0003", "S.Children[] is S, which contains itself", "[JsonRecord] public sealed record S(S[] Children);")]
    [InlineData("QMIE0003", "S.Flags is Flags, which has no JSON form: use a record with a bool for each flag", "[System.Flags] public enum Flags { A = 1, B = 2 } [JsonRecord] public sealed record S(Flags Flags);")]
    [InlineData("QMIE0003", "S.Names is Dictionary<int, string>, which has no JSON form", "[JsonRecord] public sealed record S(Dictionary<int, string> Names);")]
    [InlineData("QMIE0003", "S.Grid is double[,], which has no JSON form: use an array of arrays", "[JsonRecord] public sealed record S(double[,] Grid);")]
    [InlineData("QMIE0003", "give it a public constructor whose parameters are its properties", "[JsonRecord] public sealed record S { public S(int other) => X = other; public int X { get; } }")]
    [InlineData("QMIE0003", "Measure(items) is IEnumerable<int>", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public void Measure(IEnumerable<int> items) { } }")]
    [InlineData("QMIE0003", "the result of Measure is object", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public object Measure() => 1; }")]
    [InlineData("QMIE0003", "signal Happened is DateTime", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [Signal] public partial Signal<DateTime> Happened { get; } }")]
    [InlineData("QMIE0003", "I(since) is DateTime", "public sealed partial class I(InstrumentInit init, DateTime since) : QmiInstrument(init) { public DateTime Since => since; }")]
    [InlineData("QMIE0004", "I.GetName is \"get_name\" on the wire, a name that is taken by a method that every object of this kind has", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public string GetName() => \"\"; }")]
    [InlineData("QMIE0004", "\"status_updated\" on the wire, a name that is taken by a signal that every task has", "public sealed partial class T(TaskInit init) : QmiTask<Nothing, Nothing>(init) { [Signal] public partial Signal<int> Status_Updated { get; } protected override void Run() { } }")]
    [InlineData("QMIE0004", "S.RATE is \"rate\" on the wire, a name that is taken by another member", "[JsonRecord] public sealed record S(double Rate, double RATE);")]
    [InlineData("QMIE0004", "Mode.ON is \"on\" on the wire, a name that is taken by another value of the enum", "public enum Mode { On, ON } [JsonRecord] public sealed record S(Mode Mode);")]
    [InlineData("QMIE0004", "Set(RATE) is \"rate\" on the wire, a name that is taken by the parameter rate", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public void Set(int rate, int RATE) { } }")]
    [InlineData("QMIE0004", "I(RATE) is \"rate\" on the wire", "public sealed partial class I(InstrumentInit init, int rate, int RATE) : QmiInstrument(init) { public int X => rate + RATE; }")]
    [InlineData("QMIE0005", "it is not public", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] internal void M() { } }")]
    [InlineData("QMIE0005", "it is static", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public static void M() { } }")]
    [InlineData("QMIE0005", "it is generic", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public void M<T>() { } }")]
    [InlineData("QMIE0005", "its parameter x is passed by reference", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public void M(in int x) { } }")]
    [InlineData("QMIE0005", "its parameter x is params", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public void M(params int[] x) { } }")]
    [InlineData("QMIE0005", "its parameter x points into memory", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public void M(ReadOnlySpan<byte> x) { } }")]
    [InlineData("QMIE0005", "it returns by reference", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { private int _x; [RpcMethod] public ref int M() => ref _x; }")]
    [InlineData("QMIE0006", "R.M returns ValueTask<int>", "public sealed partial class R : QmiTaskRunner<Nothing, Nothing> { [RpcMethod] public ValueTask<int> M() => default; }")]
    [InlineData("QMIE0006", "I.M returns Task,", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public Task M() => Task.CompletedTask; }")]
    [InlineData("QMIE0007", "C is neither an instrument nor a task runner", "public class C { [RpcMethod] public void M() { } }")]
    [InlineData("QMIE0008", "its class is neither a task nor an instrument", "public partial class C { [Signal] public Signal<int>? S { get; } }")]
    [InlineData("QMIE0008", "its type is int", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [Signal] public int S { get; } }")]
    [InlineData("QMIE0008", "it can be set", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [Signal] public Signal<int>? S { get; set; } }")]
    [InlineData("QMIE0009", "string cannot be the runner of T", "[TaskRunner(typeof(string))] public sealed partial class T(TaskInit init) : QmiTask<Nothing, Nothing>(init) { protected override void Run() { } }")]
    [InlineData("QMIE0009", "make it neither abstract nor generic", "public abstract partial class R : QmiTaskRunner<Nothing, Nothing>; [TaskRunner(typeof(R))] public sealed partial class T(TaskInit init) : QmiTask<Nothing, Nothing>(init) { protected override void Run() { } }")]
    [InlineData("QMIE0010", "first parameter, and no other, is TaskInit", "public sealed partial class T : QmiTask<Nothing, Nothing> { private T(TaskInit init) : base(init) { } protected override void Run() { } }")]
    [InlineData("QMIE0010", "first parameter, and no other, is InstrumentInit", "public sealed partial class I(InstrumentInit init, InstrumentInit other) : QmiInstrument(init) { public object Other => other; }")]
    [InlineData("QMIE0012", "I.Größe is \"größe\" on the wire, which is no valid name", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public double Größe() => 1; }")]
    [InlineData("QMIE0012", "I.Wärme is \"wärme\" on the wire, which is no valid name", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [Signal] public partial Signal<int> Wärme { get; } }")]
    [InlineData("QMIE0013", "I.Description needs a member Description in IProxy", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public new string Description() => \"\"; }")]
    [InlineData("QMIE0013", "I.Calls needs a member Calls in IProxy", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public int Calls() => 1; }")]
    [InlineData("QMIE0014", "[Required] on S.Name cannot be checked here: mark the member required", "[JsonRecord] public sealed record S { [Required] public string Name { get; init; } = \"\"; }")]
    [InlineData("QMIE0014", "[EmailAddress] on S.Name cannot be checked here", "[JsonRecord] public sealed record S { [EmailAddress] public string Name { get; init; } = \"\"; }")]
    [InlineData("QMIE0014", "[Range] on S.X cannot be checked here: give inclusive limits", "[JsonRecord] public sealed record S { [Range(0d, 1d, MinimumIsExclusive = true)] public double X { get; init; } }")]
    [InlineData("QMIE0014", "[StringLength] on M(x) cannot be checked here: only strings", "public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public void M([StringLength(3)] int x) { } }")]
    [InlineData("QMIE0015", "I is private, so generated code cannot see it", "public partial class Outer { private sealed partial class I(InstrumentInit init) : QmiInstrument(init); }")]
    [InlineData("QMIE0015", "the settings of T is Hidden, which generated code cannot see", "public partial class Outer { private sealed record Hidden; private protected abstract class B(TaskInit init) : QmiTask<Hidden, Nothing>(init); private protected sealed partial class X; internal sealed partial class T(TaskInit init) : B(init) { protected override void Run() { } } }")]
    [InlineData("QMIE0015", "S<T> is generic", "[JsonRecord] public sealed record S<T>(int X);")]
    public void The_message_names_the_thing_and_the_fix(string id, string message, string source)
    {
        var compiled = Compiler.Compile(source);

        Assert.Null(compiled.Run.Exception);
        var diagnostic = Assert.Single(compiled.Ours);
        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("box.MakeTask<A>(\"a\")", "A is made by MakeTask<A>(string name, int x, TaskOptions<Nothing>? options = null): give these arguments")]
    [InlineData("box.MakeTask<A>(\"a\", \"b\")", "A is made by")]
    [InlineData("box.MakeTask<B>(\"b\", 1, 2)", "B is made by MakeTask<B>(string name, TaskOptions<Nothing>? options = null)")]
    [InlineData("box.MakeInstrument<A>(\"a\", 1)", "A is made by MakeTask<A>")]
    public void A_call_with_wrong_arguments_is_explained_by_the_class_it_means(string call, string message)
    {
        var compiled = Compiler.Compile($$"""
            public sealed partial class A(TaskInit init, int x) : QmiTask<Nothing, Nothing>(init) { protected override void Run() => Sleep(TimeSpan.FromSeconds(x)); }
            public sealed partial class B(TaskInit init) : QmiTask<Nothing, Nothing>(init) { protected override void Run() { } }
            public static class Program { public static void Use(EdgeBox box) => {{call}}; }
            """);

        Assert.NotEmpty(compiled.Complaints);
        Assert.Contains(message, Assert.Single(compiled.Ours).GetMessage(null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_in_a_shared_runner_is_told_once()
    {
        var compiled = Compiler.Compile("""
            public sealed partial class R : QmiTaskRunner<Nothing, Nothing> { [RpcMethod] public Task M() => Task.CompletedTask; }
            [TaskRunner(typeof(R))] public sealed partial class T1(TaskInit init) : QmiTask<Nothing, Nothing>(init) { protected override void Run() { } }
            [TaskRunner(typeof(R))] public sealed partial class T2(TaskInit init) : QmiTask<Nothing, Nothing>(init) { protected override void Run() { } }
            """);

        Assert.Equal(["QMIE0006"], compiled.Ids);
    }

    [Fact]
    public void A_wrong_method_leaves_the_rest_of_its_class_usable()
    {
        var compiled = Compiler.Compile("public sealed partial class I(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public Task M() => Task.CompletedTask; [RpcMethod] public void N() { } }");

        Assert.Equal(["QMIE0006"], compiled.Ids);
        Assert.Empty(compiled.Complaints);
    }

    [Fact]
    public void A_class_that_does_not_compile_anyway_is_left_to_the_compiler()
    {
        var compiled = Compiler.Compile("public sealed partial class T(TaskInit init, Missing x) : QmiTask<Unknown, Nothing>(init) { protected override void Run() { } }");

        Assert.Null(compiled.Run.Exception);
        Assert.Empty(compiled.Ids);
    }
}
