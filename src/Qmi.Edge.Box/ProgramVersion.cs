using System.Reflection;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Box;

/// <summary>Which program this is.</summary>
internal static class ProgramVersion
{
    /// <summary>The version of Qmi.Edge.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Version, runtime and machine on one line.</summary>
    public static string Line => $"Qmi.Edge {Text} ({RuntimeInformation.FrameworkDescription}, {(System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported ? "JIT" : "native")}, {RuntimeInformation.RuntimeIdentifier})";
}
