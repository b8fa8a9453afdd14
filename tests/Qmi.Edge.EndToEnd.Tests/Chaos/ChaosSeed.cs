using System.Globalization;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>All choices of workload and nemesis follow from one number. What does not follow from it is what the machine's scheduler does with them.</summary>
/// <param name="Number">The seed; QMI_CHAOS_SEED sets it.</param>
internal sealed record ChaosSeed(int Number)
{
    // FNV-1a: the hash of a string that is the same in every process.
    private const uint Basis = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>How often something is killed; QMI_CHAOS_ROUNDS sets it.</summary>
    public static int Rounds => ReadNumber("QMI_CHAOS_ROUNDS") ?? 12;

    public static ChaosSeed FromEnvironment() => new(ReadNumber("QMI_CHAOS_SEED") ?? Random.Shared.Next(1, 1_000_000));

    /// <summary>The choices of one who takes part, independent of those of the others and of who is quicker.</summary>
    public Random For(string name) => new((int)name.Aggregate(Basis ^ (uint)Number, (hash, letter) => (hash ^ letter) * Prime));

    private static int? ReadNumber(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
