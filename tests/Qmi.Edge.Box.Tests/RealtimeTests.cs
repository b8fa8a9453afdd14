using System.Globalization;
using System.Text.RegularExpressions;

namespace Qmi.Edge.Box.Tests;

/// <summary>A whole process that asks for real time, with the rights to have it and without.</summary>
public sealed partial class RealtimeTests : IDisposable
{
    private const string State = "qmi/v1/box/timed/task/host/state";

    // A user with no limit of its own and none of root's rights, whoever runs the test.
    private static readonly string[] Without = ["--rtprio=0:0", "--memlock=65536:65536", .. Environment.IsPrivilegedProcess ? (string[])["setpriv", "--bounding-set=-sys_nice,-ipc_lock,-sys_resource"] : []];

    private readonly TemporaryFolder _folder = new();
    private readonly MosquittoBroker _broker = new("allow_anonymous true");

    public void Dispose()
    {
        _broker.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public void What_the_system_refuses_is_told_in_the_log_in_the_documents_and_by_doctor_and_the_box_runs()
    {
        using var supervisor = new Supervisor(_broker.Port);
        using var box = new ChildProcess("prlimit", [.. Without, Program, "run", Configuration()]);

        var scheduling = supervisor.WaitFor(State, state => state.TryGetProperty("scheduling", out _)).Json.GetProperty("scheduling");
        Assert.Equal(("other", 0), (scheduling.GetProperty("policy").GetString(), scheduling.GetProperty("priority").GetInt32()));
        var refusal = Assert.Single(scheduling.GetProperty("refused").EnumerateArray());
        Assert.Equal(("priority", 1), (refusal.GetProperty("what").GetString(), refusal.GetProperty("errno").GetInt32()));
        var message = "Real-time priority 42 was refused (EPERM): this process may have 0 at most. Give it LimitRTPRIO=42 in its systemd unit, an rtprio of 42 in limits.conf, or CAP_SYS_NICE.";
        Assert.Equal(message, refusal.GetProperty("message").GetString());
        box.WaitForLine(message + " The task runs without it");

        var realtime = supervisor.WaitFor("qmi/v1/box/timed/info").Json.GetProperty("realtime");
        Assert.False(realtime.GetProperty("memory_locked").GetBoolean());
        Assert.Equal(12, Assert.Single(realtime.GetProperty("refused").EnumerateArray()).GetProperty("errno").GetInt32());
        box.WaitForLine("Locking the memory was refused (ENOMEM)");
        supervisor.WaitFor("qmi/v1/box/timed/state", state => state.GetProperty("state").GetString() == "online");
        box.Terminate();
        Assert.Equal(ExitCode.Ok, box.WaitForExit());

        using var doctor = new ChildProcess("prlimit", [.. Without, Program, "doctor"]);
        Assert.Equal(ExitCode.Failed, doctor.WaitForExit());
        Assert.Contains("FAIL  real-time priority    This user may give no real-time priority.", doctor.Output);
        Assert.Contains(doctor.Output, line => line.StartsWith("FAIL  memory lock           This user may lock 64 KiB of memory", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public void What_the_system_grants_is_what_the_kernel_says()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root, or a user with limits of its own, is granted this.");
        using var supervisor = new Supervisor(_broker.Port);
        using var box = new ChildProcess(Program, "run", Configuration());

        var scheduling = supervisor.WaitFor(State, state => state.TryGetProperty("scheduling", out _)).Json.GetProperty("scheduling");

        Assert.Empty(scheduling.GetProperty("refused").EnumerateArray());
        var thread = scheduling.GetProperty("thread").GetInt32();
        var fields = File.ReadAllText($"/proc/{box.Id}/task/{thread}/stat").Split(") ")[1].Split(' ');
        Assert.Equal(("42", "1"), (fields[40 - 3], fields[41 - 3]));
        Assert.Matches(@"Cpus_allowed_list:\s+0\n", File.ReadAllText($"/proc/{box.Id}/task/{thread}/status"));
        Assert.True(supervisor.WaitFor("qmi/v1/box/timed/info").Json.GetProperty("realtime").GetProperty("memory_locked").GetBoolean());
        // What is locked is what was touched: with everything that is reserved it would be gigabytes.
        Assert.InRange(long.Parse(Locked().Match(File.ReadAllText($"/proc/{box.Id}/status")).Groups[1].Value, CultureInfo.InvariantCulture), 1, 1L << 40);
        Assert.InRange(long.Parse(Resident().Match(File.ReadAllText($"/proc/{box.Id}/status")).Groups[1].Value, CultureInfo.InvariantCulture), 1, 400_000);
        box.Terminate();
        Assert.Equal(ExitCode.Ok, box.WaitForExit());
    }

    private static string Program { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "cryo", "debug", "cryo"));

    private string Configuration() => _folder.Write("box.json", $$"""
        {
          "box": "timed",
          "mqtt": { "host": "127.0.0.1", "port": {{_broker.Port.ToString(CultureInfo.InvariantCulture)}} },
          "realtime": { "lock_memory": true },
          "tasks": { "host": { "type": "host_monitor", "priority": 42, "cpus": [0] } }
        }
        """);

    [GeneratedRegex(@"VmLck:\s+(\d+) kB")]
    private static partial Regex Locked();

    [GeneratedRegex(@"VmRSS:\s+(\d+) kB")]
    private static partial Regex Resident();
}
