using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Qmi.Edge.Generators.Tests;

/// <summary>Compiles source as a strict user would: nullable, documented, every warning on.</summary>
internal static class Compiler
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.ComponentModel.DataAnnotations;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Qmi.Edge.Runtime;
        """;

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll" or "Qmi.Edge.Runtime.dll" || name.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal)))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    // C# 13 is the oldest that has partial properties: generated code must not need more.
    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.CSharp13, DocumentationMode.Diagnose);

    public static CSharpCompilation CreateCompilation(string source, CSharpParseOptions? options = null, string assembly = "Cryo.App") => CSharpCompilation.Create(
        assembly,
        [CSharpSyntaxTree.ParseText(Usings, options ?? ParseOptions, "Usings.cs"), CSharpSyntaxTree.ParseText(source, options ?? ParseOptions, "Source.cs")],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999));

    public static GeneratorDriver CreateDriver(CSharpParseOptions? options = null) => CSharpGeneratorDriver.Create(
        [new EdgeGenerator().AsSourceGenerator()],
        parseOptions: options ?? ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Compiles the source together with what is generated for it.</summary>
    public static Compiled Compile(string source, CSharpParseOptions? options = null, string assembly = "Cryo.App")
    {
        var driver = CreateDriver(options).RunGeneratorsAndUpdateCompilation(CreateCompilation(source, options, assembly), out var output, out _, TestContext.Current.CancellationToken);
        return Compiled.Of(driver, output);
    }
}

/// <summary>What became of a compilation.</summary>
internal sealed record Compiled(GeneratorRunResult Run, Compilation Output, IReadOnlyList<Diagnostic> Ours)
{
    /// <summary>The ids of our own diagnostics.</summary>
    public IEnumerable<string> Ids => Ours.Select(diagnostic => diagnostic.Id);

    public static Compiled Of(GeneratorDriver driver, Compilation output)
    {
        var run = driver.GetRunResult().Results.Single();
        var analysis = output.WithAnalyzers([new MakeCallAnalyzer()]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return new Compiled(run, output, [.. run.Diagnostics, .. analysis.GetAwaiter().GetResult()]);
    }

    /// <summary>Everything that the compiler says about source and generated code, apart from missing comments on the source itself.</summary>
    public IEnumerable<Diagnostic> Complaints => Output.GetDiagnostics(TestContext.Current.CancellationToken)
        .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)
        .Where(diagnostic => diagnostic.Id != "CS1591" || diagnostic.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true);

    public void AssertClean()
    {
        Assert.Null(Run.Exception);
        Assert.Empty(Ours);
        Assert.Empty(Complaints);
    }
}
