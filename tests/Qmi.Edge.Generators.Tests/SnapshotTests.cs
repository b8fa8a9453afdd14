namespace Qmi.Edge.Generators.Tests;

/// <summary>
/// The generated code as people read it, compared with files that are reviewed like any other source. After an intended change run the
/// tests once with QMI_ACCEPT_SNAPSHOTS=1 and read the difference.
/// </summary>
public sealed class SnapshotTests
{
    private static readonly bool Accept = Environment.GetEnvironmentVariable("QMI_ACCEPT_SNAPSHOTS") == "1";

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder))];

    private static string Folder => Checkout.PathOf("tests", "Qmi.Edge.Generators.Tests", "Snapshots");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generated_code_is_what_was_reviewed(string name)
    {
        var folder = Path.Combine(Folder, name);
        var compiled = Compiler.Compile(File.ReadAllText(Path.Combine(folder, "Source.cs")));

        compiled.AssertClean();
        var generated = compiled.Run.GeneratedSources.ToDictionary(source => source.HintName.Replace(".g.cs", ".verified.cs", StringComparison.Ordinal), source => source.SourceText.ToString());
        if (Accept)
            Write(folder, generated);
        Assert.Equal(Directory.GetFiles(folder, "*.verified.cs").Select(Path.GetFileName).Order(StringComparer.Ordinal), generated.Keys.Order(StringComparer.Ordinal));
        Assert.All(generated, file => Assert.Equal(File.ReadAllText(Path.Combine(folder, file.Key)), file.Value));
    }

    private static void Write(string folder, Dictionary<string, string> generated)
    {
        foreach (var old in Directory.GetFiles(folder, "*.verified.cs"))
            File.Delete(old);
        foreach (var (file, text) in generated)
            File.WriteAllText(Path.Combine(folder, file), text);
    }
}
