using System.Text.RegularExpressions;

namespace Qmi.Edge.Architecture.Tests;

/// <summary>What holds for every file.</summary>
public partial class SourceTests
{
    private const int LongestFile = 400;

    // The compiler looks for these types in System, and netstandard2.0 does not have them.
    private static readonly string[] Polyfills = ["src/Qmi.Edge.Generators/Polyfills.cs"];

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var tooLong =
            from file in Repository.Files("src", ".cs").Concat(Repository.Files("samples", ".cs"))
            let length = Repository.Lines(file).Length
            where length > LongestFile
            select $"{file}: {length} lines";

        Findings.AssertNone(tooLong);
    }

    [Fact]
    public void Every_project_is_one_namespace()
    {
        var wrong =
            from file in Repository.Files("src", ".cs").Except(Polyfills)
            let expected = file.Split('/')[1]
            from line in Repository.Lines(file)
            let match = Namespace().Match(line)
            where match.Success && match.Groups[1].Value != expected
            select $"{file}: {match.Groups[1].Value}";

        Findings.AssertNone(wrong);
    }

    [Fact]
    public void Every_file_of_a_library_has_a_namespace()
    {
        var without =
            from file in Repository.Files("src", ".cs")
            where file.StartsWith("src/Qmi.Edge.", StringComparison.Ordinal)
            where !Repository.Lines(file).Any(line => Namespace().IsMatch(line) || line.StartsWith("[assembly:", StringComparison.Ordinal))
            select file;

        Findings.AssertNone(without);
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_file()
    {
        var versioned =
            from file in Repository.Files("", ".csproj", ".props", ".targets")
            where file != "Directory.Packages.props"
            from reference in Repository.Xml(file).Descendants()
            where reference.Name.LocalName is "PackageReference" or "PackageVersion" or "GlobalPackageReference"
            where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || reference.Element("Version") is not null
            select $"{file}: {(string?)reference.Attribute("Include")}";

        Findings.AssertNone(versioned);
    }

    [Fact]
    public void Versions_of_packages_are_exact() =>
        Assert.All(
            Repository.Xml("Directory.Packages.props").Descendants("PackageVersion"),
            package => Assert.Matches(@"^\d+\.\d+\.\d+(-[\w.]+)?$", (string)package.Attribute("Version")!));

    [Fact]
    public void Every_log_message_has_a_number_of_its_own()
    {
        var shared =
            from file in Repository.Files("src", ".cs")
            from line in Repository.Lines(file)
            let match = LogMessage().Match(line)
            where match.Success
            group file by match.Groups[1].Value into files
            where files.Count() > 1
            select $"{files.Key}: {string.Join(", ", files)}";

        Findings.AssertNone(shared);
    }

    [Fact]
    public void Nobody_goes_around_the_banned_symbols()
    {
        // In pieces, so that this file is not found.
        const string Rule = "RS" + "0030";
        var suppressions =
            from file in Repository.Files("src", ".cs", ".csproj", ".props", ".editorconfig", ".globalconfig", ".ruleset").Append(".editorconfig").Append("Directory.Build.props")
            from line in Repository.Lines(file)
            where line.Contains(Rule, StringComparison.Ordinal)
            select $"{file}: {line.Trim()}";

        Findings.AssertNone(suppressions);
        Assert.Contains(Repository.Xml("src/Directory.Build.props").Descendants("AdditionalFiles"), file => ((string)file.Attribute("Include")!).EndsWith("BannedSymbols.txt", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = string.Join('\n', Repository.Lines("Qmi.Edge.sln")).Replace('\\', '/');

        var forgotten =
            from folder in new[] { "src", "tests", "samples" }
            from file in Repository.Files(folder, ".csproj")
            where !solution.Contains($"\"{file}\"", StringComparison.Ordinal)
            select file;

        Findings.AssertNone(forgotten);
    }

    [GeneratedRegex(@"^\s*\[LoggerMessage\((\d+)")]
    private static partial Regex LogMessage();

    [GeneratedRegex(@"^namespace ([\w.]+)")]
    private static partial Regex Namespace();
}
