namespace Qmi.Edge.Architecture.Tests;

internal static class Findings
{
    /// <summary>Shows all findings, whole, when there are any.</summary>
    public static void AssertNone(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }
}
