using System.Reflection;

namespace Qmi.Edge.Architecture.Tests;

/// <summary>Dependencies run downwards only, as the compiled assemblies and the projects say.</summary>
public class DependencyTests
{
    private const string Runtime = "Qmi.Edge.Runtime";
    private const string Drivers = "Qmi.Edge.Drivers";
    private const string Bridge = "Qmi.Edge.Bridge";
    private const string Box = "Qmi.Edge.Box";
    private const string Generators = "Qmi.Edge.Generators";
    private const string Program = "qmi-edge";

    private static readonly string[] Logging = ["Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.DependencyInjection.Abstractions"];

    /// <summary>What each may use of ours, and of packages.</summary>
    public static TheoryData<string, string[], string[]> Layers { get; } = new()
    {
        { Runtime, [], Logging },
        { Drivers, [Runtime], Logging },
        { Bridge, [Runtime], Logging },
        { Box, [Runtime, Bridge, Drivers], [.. Logging, "Microsoft.Extensions.Logging", "Microsoft.Extensions.Logging.Console", "Microsoft.Extensions.Options", "System.CommandLine"] },
        { Program, [Box], [] },
        { Generators, [], ["Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp", "netstandard", "System.Collections.Immutable", "System.Memory", "System.Runtime.CompilerServices.Unsafe"] },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void An_assembly_refers_only_to_what_is_below_it(string name, string[] ours, string[] packages)
    {
        var references = ReferencesOf(name).Where(reference => !IsFramework(reference) || packages.Contains(reference)).ToList();

        Findings.AssertNone(references.Except([.. ours, .. packages]));
        Findings.AssertNone(references.Where(IsOurs).Except(ours));
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_project_declares_no_more_than_its_assembly_may_use(string name, string[] ours, string[] packages)
    {
        var project = Repository.Xml($"src/{name}/{name}.csproj");
        var projects = project.Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        var declared = project.Descendants("PackageReference")
            .Where(reference => (string?)reference.Attribute("PrivateAssets") != "all")
            .Select(reference => (string)reference.Attribute("Include")!);

        Findings.AssertNone(projects.Except(ours));
        Findings.AssertNone(declared.Except(packages));
    }

    [Fact]
    public void The_box_composes_all_that_there_is() =>
        Assert.Equal([Bridge, Drivers, Runtime], ReferencesOf(Box).Where(IsOurs).Order(StringComparer.Ordinal));

    [Fact]
    public void Bridge_and_drivers_never_see_each_other()
    {
        Assert.DoesNotContain(Drivers, ReferencesOf(Bridge));
        Assert.DoesNotContain(Bridge, ReferencesOf(Drivers));
    }

    [Theory]
    [InlineData(Runtime)]
    [InlineData(Drivers)]
    [InlineData(Bridge)]
    [InlineData(Box)]
    [InlineData(Program)]
    [InlineData("cryo")]
    public void Nothing_needs_the_generator_when_it_runs(string name) =>
        Assert.DoesNotContain(Generators, ReferencesOf(name));

    [Theory]
    [InlineData(Program)]
    [InlineData("cryo")]
    public void A_program_does_not_come_with_the_generator(string name) =>
        Assert.DoesNotContain(Generators, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, name + ".deps.json")));

    [Fact]
    public void Whoever_uses_the_generator_uses_it_as_an_analyzer() =>
        Assert.All(
            Repository.Files("src", ".csproj").Concat(Repository.Files("samples", ".csproj"))
                .SelectMany(file => Repository.Xml(file).Descendants("ProjectReference"))
                .Where(reference => ((string)reference.Attribute("Include")!).Contains(Generators, StringComparison.Ordinal)),
            reference => Assert.Equal(("Analyzer", "false"), ((string?)reference.Attribute("OutputItemType"), (string?)reference.Attribute("ReferenceOutputAssembly"))));

    [Fact]
    public void Every_project_that_ships_has_its_place_in_this_table() =>
        Assert.Equal(
            Repository.Files("src", ".csproj").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal),
            Layers.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    private static List<string> ReferencesOf(string assembly) => [.. Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!)];

    private static bool IsOurs(string assembly) => assembly.StartsWith("Qmi.Edge.", StringComparison.Ordinal);

    private static bool IsFramework(string assembly) => File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, assembly + ".dll"));
}
