namespace Qmi.Edge.Testing;

/// <summary>Where things are in the checkout that the tests were built from.</summary>
public static class Checkout
{
    /// <summary>The folder with Qmi.Edge.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The path of something below it.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Qmi.Edge.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("These tests run from a checkout.");
        return folder.FullName;
    }
}
