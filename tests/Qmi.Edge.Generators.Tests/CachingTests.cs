using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Qmi.Edge.Generators.Tests;

/// <summary>What is written again after an edit: only what the edit changes.</summary>
public sealed class CachingTests
{
    private const string Source = """
        public sealed record S(double X = 1);
        public sealed partial class T(TaskInit init, S value) : QmiTask<S, Nothing>(init)
        {
            [Signal] public partial Signal<int> Counted { get; }
            protected override void Run() => Counted.Publish((int)value.X);
        }
        public sealed partial class R : QmiTaskRunner<S, Nothing> { [RpcMethod] public void M() { } }
        [JsonRecord] public sealed record J(int Y);
        """;

    [Fact]
    public void Every_step_has_a_name()
    {
        const string mistakes = "public partial class C { [RpcMethod] public void M() { } [Signal] public int S { get; } }";
        var result = RunTwice(Source + mistakes, Source + mistakes);

        Assert.Equal(TrackingNames.All.Order(), result.TrackedSteps.Keys.Where(TrackingNames.All.Contains).Order());
    }

    [Theory]
    [InlineData("a file that has nothing to do with it", "public sealed class Unrelated : IDisposable { public void Dispose() { } }")]
    [InlineData("an empty file", "")]
    public void An_unrelated_file_writes_nothing_again(string what, string file)
    {
        _ = what;
        AssertNothingIsWritten(RunTwice(Source, Source, file));
    }

    [Theory]
    [InlineData("=> Counted.Publish((int)value.X)", "=> Counted.Publish((int)value.X + 1)")]
    [InlineData("public sealed partial class T", "\n\n// A comment.\npublic sealed partial class T")]
    public void An_edit_that_changes_no_description_writes_nothing_again(string before, string after) =>
        AssertNothingIsWritten(RunTwice(Source, Source.Replace(before, after, StringComparison.Ordinal)));

    [Fact]
    public void A_changed_record_is_written_again_and_nothing_else()
    {
        var result = RunTwice(Source, Source.Replace("J(int Y)", "J(long Y)", StringComparison.Ordinal));

        Assert.Equal([IncrementalStepRunReason.Modified], ReasonsOf(result, TrackingNames.Records));
        Assert.Contains(IncrementalStepRunReason.Modified, ReasonsOf(result, TrackingNames.Json));
        Assert.DoesNotContain(IncrementalStepRunReason.Modified, ReasonsOf(result, TrackingNames.Objects));
        Assert.DoesNotContain(IncrementalStepRunReason.Modified, ReasonsOf(result, TrackingNames.SignalParts));
        Assert.DoesNotContain(IncrementalStepRunReason.Modified, ReasonsOf(result, TrackingNames.Runners));
    }

    [Fact]
    public void Models_hold_nothing_that_keeps_a_compilation_alive()
    {
        var result = RunTwice(Source, Source);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);

        foreach (var output in result.TrackedSteps.Where(step => TrackingNames.All.Contains(step.Key)).SelectMany(step => step.Value).SelectMany(step => step.Outputs))
            AssertPlain(output.Value, seen);
    }

    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Tests are not trimmed.")]
    private static void AssertPlain(object? value, HashSet<object> seen)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || !seen.Add(value))
            return;
        Assert.False(value is ISymbol or SyntaxNode or Compilation or SemanticModel or Location or SyntaxTree, $"{value.GetType()} is in a model.");
        if (value is System.Collections.IEnumerable items)
        {
            foreach (var item in items)
                AssertPlain(item, seen);
            return;
        }

        foreach (var field in value.GetType().GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic))
            AssertPlain(field.GetValue(value), seen);
    }

    private static void AssertNothingIsWritten(GeneratorRunResult result)
    {
        var reasons = result.TrackedOutputSteps.Values.SelectMany(steps => steps).SelectMany(step => step.Outputs).Select(output => output.Reason);

        Assert.All(reasons, reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.All(TrackingNames.All.SelectMany(name => ReasonsOf(result, name)), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{reason}"));
    }

    private static IEnumerable<IncrementalStepRunReason> ReasonsOf(GeneratorRunResult result, string step) =>
        // A step whose outputs nobody used is not there.
        result.TrackedSteps.GetValueOrDefault(step, []).SelectMany(run => run.Outputs).Select(output => output.Reason);

    private static GeneratorRunResult RunTwice(string first, string second, string? added = null)
    {
        var compilation = Compiler.CreateCompilation(first);
        var driver = Compiler.CreateDriver().RunGenerators(compilation, TestContext.Current.CancellationToken);
        var tree = compilation.SyntaxTrees[^1];
        Compilation edited = first == second ? compilation : compilation.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(second, Compiler.ParseOptions, tree.FilePath, cancellationToken: TestContext.Current.CancellationToken));
        if (added is not null)
            edited = edited.AddSyntaxTrees(CSharpSyntaxTree.ParseText(added, Compiler.ParseOptions, "Added.cs", cancellationToken: TestContext.Current.CancellationToken));
        return driver.RunGenerators(edited, TestContext.Current.CancellationToken).GetRunResult().Results.Single();
    }
}
