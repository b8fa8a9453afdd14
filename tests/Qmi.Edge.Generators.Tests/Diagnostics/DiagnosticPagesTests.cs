using System.Text.RegularExpressions;

namespace Qmi.Edge.Generators.Tests;

/// <summary>The pages about diagnostics: each violation is refused for exactly that reason, each fix compiles without a word.</summary>
public sealed partial class DiagnosticPagesTests
{
    public static TheoryData<string> Ids => [.. Descriptors.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_violation_is_refused_for_exactly_that_reason(string id)
    {
        var compiled = Compiler.Compile(BlocksOf(id)[0]);

        var diagnostic = Assert.Single(compiled.Ours);
        Assert.Equal(id, diagnostic.Id);
        Assert.EndsWith(".", diagnostic.GetMessage(null), StringComparison.Ordinal);
        Assert.Equal("Source.cs", diagnostic.Location.GetLineSpan().Path);
        Assert.Equal($"docs/reference/diagnostics/{id}.md", diagnostic.Descriptor.HelpLinkUri);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_fix_compiles_without_a_word(string id) => Compiler.Compile(BlocksOf(id)[1]).AssertClean();

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_page_has_the_title_of_the_diagnostic(string id) =>
        Assert.StartsWith($"# {id}: {Descriptors.Of(id).Title}\n", PageOf(id), StringComparison.Ordinal);

    [Fact]
    public void Every_page_is_listed()
    {
        var list = PageOf("README");

        Assert.All(Descriptors.Ids, id => Assert.Contains($"| [{id}]({id}.md) | {Descriptors.Of(id).Title} |", list, StringComparison.Ordinal));
        Assert.Equal(Descriptors.Ids.Order(), Directory.GetFiles(Checkout.PathOf("docs", "reference", "diagnostics"), "QMIE*.md").Select(Path.GetFileNameWithoutExtension).Order());
    }

    private static string PageOf(string id) => File.ReadAllText(Checkout.PathOf("docs", "reference", "diagnostics", id + ".md"));

    private static string[] BlocksOf(string id)
    {
        var blocks = CodeBlock().Matches(PageOf(id)).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(2, blocks.Length);
        return blocks;
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
