namespace Qmi.Edge.Runtime.Tests.LockModel;

/// <summary>Makes the history of a seed.</summary>
internal static class LockModel
{
    private static readonly TimeSpan Trouble = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(36);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(55);
    private static readonly TimeSpan End = TimeSpan.FromSeconds(90);

    public static IReadOnlyList<Happened> MakeHistory(int seed, LockMutant? mutant = null)
    {
        var world = new ModelWorld(seed);
        var nemesis = new Nemesis(world, seed + 1, mutant ?? LockMutant.None);
        var workload = new Workload(world, seed + 2, () => nemesis.Box);
        nemesis.Start(workload);
        workload.Start();
        world.RunUntil(Trouble);
        nemesis.Finish();
        world.RunUntil(Silence);
        workload.FallSilent();
        // Whoever was down is back, and only late copies come still.
        world.RunUntil(Quiet);
        workload.Finish();
        world.RunUntil(End);
        return world.History;
    }

    /// <summary>Makes the history of a seed and says what it breaks.</summary>
    public static IReadOnlyList<string> Check(int seed, LockMutant? mutant = null) => LockChecker.Check(MakeHistory(seed, mutant), ModelBox.Targets, ModelBox.Grace);
}
