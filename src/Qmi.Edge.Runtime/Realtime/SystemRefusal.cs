using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime;

/// <summary>Something that was asked of the operating system and that it did not grant. What asked for it goes on without.</summary>
/// <param name="What">What was asked for: <c>priority</c>, <c>cpus</c>, <c>timer_slack</c>, <c>memory_lock</c>, <c>cpu_latency</c>.</param>
/// <param name="Errno">The number of the error; 0 when the system granted a part without saying so.</param>
/// <param name="Message">For people: what, why, and what to do about it.</param>
public sealed record SystemRefusal(string What, int Errno, string Message)
{
    internal const int NotPermitted = 1;
    internal const int NoSuchFile = 2;
    internal const int AccessDenied = 13;

    /// <summary>A refusal of the call that was made last.</summary>
    internal static SystemRefusal OfLastCall(string what, string subject, Func<int, string> fix)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new SystemRefusal(what, errno, $"{subject} was refused ({NameOf(errno)}): {fix(errno)}");
    }

    internal static SystemRefusal NotLinux(string what, string subject) => new(what, 0, $"{subject} can be had on Linux only.");

    private static string NameOf(int errno) => errno switch
    {
        NotPermitted => "EPERM",
        NoSuchFile => "ENOENT",
        12 => "ENOMEM",
        AccessDenied => "EACCES",
        22 => "EINVAL",
        _ => $"errno {errno}, {Marshal.GetPInvokeErrorMessage(errno)}",
    };
}
