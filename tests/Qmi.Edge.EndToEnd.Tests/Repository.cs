using System.Runtime.InteropServices;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>Where things are in the checkout that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder with Qmi.Edge.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A native binary that deploy/publish.sh has made.</summary>
    public static string Published(string name)
    {
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        var path = Path.Combine(Root, "artifacts", "publish", $"linux-{architecture}", name, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there: run deploy/publish.sh first, as tests/run.sh does.");
    }

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Qmi.Edge.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("These tests run from a checkout.");
        return folder.FullName;
    }
}
