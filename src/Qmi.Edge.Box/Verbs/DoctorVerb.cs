using System.CommandLine;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary><c>doctor</c>: whether this machine lets this user run loops on time.</summary>
internal static class DoctorVerb
{
    private static readonly IReadOnlyList<IMachineCheck> Checks =
    [
        new PreemptionCheck(), new PriorityCheck(), new MemoryLockCheck(), new ThrottlingCheck(), new GovernorCheck(), new CpuLatencyCheck(), new ClockCheck(new KernelClock()),
    ];

    public static Command Create()
    {
        var verb = new Command("doctor", "Checks whether this machine lets this user run loops on time. Exit code 1 when something fails.");
        verb.SetAction(_ => Run(Checks, new MachineFiles(), Console.Out));
        return verb;
    }

    /// <summary>Makes all checks and writes what they found.</summary>
    /// <returns><see cref="ExitCode.Failed"/> when one has failed; warnings are none.</returns>
    public static int Run(IReadOnlyList<IMachineCheck> checks, MachineFiles files, TextWriter output)
    {
        var width = checks.Max(check => check.Subject.Length);
        var worst = Verdict.Ok;
        foreach (var check in checks)
        {
            var finding = check.Examine(files);
            worst = finding.Verdict > worst ? finding.Verdict : worst;
            output.WriteLine($"{finding.Verdict.ToString().ToUpperInvariant(),-4}  {check.Subject.PadRight(width)}  {finding.Text}");
            if (finding.Fix is { } fix)
                output.WriteLine($"      {new string(' ', width)}  -> {fix}");
        }

        return worst == Verdict.Fail ? ExitCode.Failed : ExitCode.Ok;
    }
}
