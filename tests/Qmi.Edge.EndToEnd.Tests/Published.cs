using System.Runtime.InteropServices;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>The native binaries that deploy/publish.sh has made.</summary>
internal static class Published
{
    public static string Program(string name)
    {
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        var path = Checkout.PathOf("artifacts", "publish", $"linux-{architecture}", name, name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there: run deploy/publish.sh first, as tests/run.sh does.");
    }
}
