namespace Qmi.Edge.Architecture.Tests;

/// <summary>How the garbage collector of what is shipped is set, and that people can read why.</summary>
public class CollectorTests
{
    private const string Page = "docs/explanation/real-time.md";

    [Fact]
    [Trait("rule", "RT-3")]
    public void The_settings_of_the_collector_are_those_that_the_page_explains()
    {
        var properties = Repository.Xml("Directory.Build.props");
        var page = string.Join('\n', Repository.Lines(Page));

        Assert.Equal("false", (string?)Assert.Single(properties.Descendants("ConcurrentGarbageCollection")));
        var size = Assert.Single(properties.Descendants("IlcArg").Select(argument => (string)argument.Attribute("Include")!), argument => argument.Contains("GCgen0size", StringComparison.Ordinal));
        // The native runtime reads hexadecimal without 0x, and ignores anything else.
        Assert.Equal("--runtimeopt:GCgen0size=100000", size);
        Assert.Contains("`ConcurrentGarbageCollection=false`", page);
        Assert.Contains("`GCgen0size=100000`", page);
        Assert.Contains("| as shipped: not concurrent, young generation 1 MiB |", page);
    }

    [Fact]
    [Trait("rule", "RT-3")]
    public void No_project_sets_the_collector_otherwise() =>
        Findings.AssertNone(
            from file in Repository.Files("", ".csproj", ".props", ".targets", ".json")
            where file != "Directory.Build.props"
            where Repository.Lines(file).Any(line => line.Contains("GarbageCollection", StringComparison.Ordinal) || line.Contains("System.GC.", StringComparison.Ordinal) || line.Contains("GCgen0", StringComparison.Ordinal))
            select file);
}
