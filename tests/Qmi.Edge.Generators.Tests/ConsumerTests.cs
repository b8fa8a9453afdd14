using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators.Tests;

/// <summary>Generated code in the assemblies of users, which are not like ours.</summary>
public sealed class ConsumerTests
{
    private const string Documented = """
        namespace A.B_C;
        /// <summary>A summary.</summary>
        public sealed record S
        {
            /// <summary>A member.</summary>
            public double X { get; init; }
            [System.ComponentModel.Description("An attribute.")] public double Y { get; init; }
        }
        /// <summary>A task.</summary>
        public sealed partial class T(TaskInit init) : QmiTask<S, Nothing>(init) { /// <summary>Runs.</summary>
            protected override void Run() { } }
        """;

    [Theory]
    [InlineData(DocumentationMode.None)]
    [InlineData(DocumentationMode.Parse)]
    [InlineData(DocumentationMode.Diagnose)]
    public void Comments_are_read_whether_or_not_the_build_writes_a_documentation_file(DocumentationMode mode)
    {
        var compiled = Compiler.Compile(Documented, Compiler.ParseOptions.WithDocumentationMode(mode));

        compiled.AssertClean();
        var json = compiled.Run.GeneratedSources.Single(source => source.HintName == "EdgeJson.g.cs").SourceText.ToString();
        Assert.Contains("Description = \"A summary.\"", json, StringComparison.Ordinal);
        Assert.Contains("Description = \"A member.\"", json, StringComparison.Ordinal);
        Assert.Contains("Description = \"An attribute.\"", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cryo")]
    [InlineData("Lab-Box 2")]
    [InlineData("2nd.Box")]
    public void Every_name_of_an_assembly_will_do(string assembly) => Compiler.Compile(Documented, assembly: assembly).AssertClean();

    [Fact]
    public void Namespaces_that_look_like_each_other_are_kept_apart() => Compiler.Compile("""
        namespace A.B_C { [JsonRecord] public sealed record S(A_B.C.S Other); }
        namespace A_B.C { [JsonRecord] public sealed record S(int X); }
        namespace A.B { public static class C { [JsonRecord] public sealed record S(int X); } }
        """).AssertClean();

    [Fact]
    public void Names_of_a_user_that_are_those_of_the_framework_do_not_disturb() => Compiler.Compile("""
        namespace System2 { public class Task; public class Type; public class Func; }
        namespace Qmi.User
        {
            public class System; public class Schema; public class Global; public class Signal; public class EdgeJson;
            public sealed record Nothing(int X = 1);
            public sealed partial class Task(TaskInit init, string name, string box, string options, string T) : QmiTask<Nothing, Nothing>(init)
            {
                [Signal] public new partial Signal<Nothing> Signals { get; }
                protected override void Run() => Signals.Publish(new Nothing(name.Length + box.Length + options.Length + T.Length));
            }
        }
        """).AssertClean();

    [Fact]
    public void What_is_obsolete_may_be_described() => Compiler.Compile("""
        [Obsolete("Old.")] public enum Old { A, [Obsolete("Older.")] B }
        #pragma warning disable CS0618
        public sealed partial class I(InstrumentInit init) : QmiInstrument(init)
        {
            [RpcMethod, Obsolete("Use something else.")] public Old M(Old old = Old.A) => old;
        }
        """).AssertClean();

    [Fact]
    public void A_class_in_several_parts_is_described_once() => Compiler.Compile("""
        public partial interface IA { int M(); }
        public sealed partial class I : IA;
        public sealed partial class I : QmiInstrument { public I(InstrumentInit init) : base(init) { } }
        public sealed partial class I { [RpcMethod] public int M() => 1; }
        """).AssertClean();

    [Fact]
    public void Bases_records_and_runners_may_come_from_another_assembly()
    {
        var library = Compiler.Compile("""
            namespace Lib;
            public sealed record Settings(double X = 1) { public int Y { get; init; } = 2; }
            public interface IMeter { double Read(); }
            public abstract partial class Meter(InstrumentInit init) : QmiInstrument(init), IMeter
            {
                [Signal] public partial Signal<Settings> Seen { get; }
                [RpcMethod] public virtual double Read() => 1;
            }
            public sealed partial class Runner : QmiTaskRunner<Settings, Nothing> { [RpcMethod] public Settings Get() => GetSettings(); }
            """, assembly: "Lib");
        library.AssertClean();
        var stream = new MemoryStream();
        Assert.True(library.Output.Emit(stream, cancellationToken: TestContext.Current.CancellationToken).Success);

        var user = Compiler.CreateCompilation("""
            public sealed partial class MyMeter(InstrumentInit init) : Lib.Meter(init);
            [TaskRunner(typeof(Lib.Runner))]
            public sealed partial class MyTask(TaskInit init, Lib.IMeter meter) : QmiTask<Lib.Settings, Nothing>(init) { protected override void Run() => meter.Read(); }
            public static class Program
            {
                public static double Use(EdgeBox box)
                {
                    var meter = box.MakeInstrument<MyMeter>("meter");
                    meter.Seen.Subscribe(new SignalReceiver<Lib.Settings>());
                    var task = box.MakeTask<MyTask>("task", meter);
                    return meter.Read() + task.Get().X;
                }
            }
            """).AddReferences(MetadataReference.CreateFromImage(stream.ToArray()));
        var driver = Compiler.CreateDriver().RunGeneratorsAndUpdateCompilation(user, out var output, out _, TestContext.Current.CancellationToken);

        Compiled.Of(driver, output).AssertClean();
    }

    [Fact]
    public void A_constructor_may_name_a_proxy_that_is_not_made_yet() => Compiler.Compile("""
        namespace A { public sealed partial class Meter(InstrumentInit init) : QmiInstrument(init); }
        namespace B
        {
            public sealed partial class Meter(InstrumentInit init) : QmiInstrument(init) { [RpcMethod] public double Read() => 1; }
            public sealed partial class T(TaskInit init, MeterProxy meter, B.C.OtherProxy other, MeterProxy? spare = null) : QmiTask<Nothing, Nothing>(init)
            {
                protected override void Run() => Sleep(TimeSpan.FromSeconds(meter.Read() + (spare is null ? 0 : 1) + other.Name.Length));
            }
        }
        namespace B.C { public sealed partial class Other(InstrumentInit init) : QmiInstrument(init); }
        """).AssertClean();

    [Fact]
    public void Nothing_is_written_where_there_is_nothing_of_ours() =>
        Assert.Empty(Compiler.Compile("public class A : IDisposable { public void Dispose() { } }").Run.GeneratedSources);
}
