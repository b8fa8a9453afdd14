namespace Qmi.Edge.Box.Tests;

/// <summary>Where things are in the checkout that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Qmi.Edge.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("These tests run from a checkout.");
        return folder.FullName;
    }
}
