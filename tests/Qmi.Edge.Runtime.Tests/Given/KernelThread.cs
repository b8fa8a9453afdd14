using System.Globalization;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>What the kernel says of the threads of this process, in /proc: beside what the runtime says.</summary>
internal static partial class KernelThread
{
    public static int Current => GetThreadId();

    /// <summary>All threads but one.</summary>
    public static IEnumerable<int> Others(int thread) =>
        Directory.EnumerateDirectories("/proc/self/task").Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).Where(other => other != thread);

    /// <summary>Policy and real-time priority, as proc(5) numbers them; all zero when the thread has ended.</summary>
    public static (int Policy, int Priority) Scheduling(int thread)
    {
        try
        {
            // The name is in brackets and may have spaces: what follows is counted from behind it.
            var stat = File.ReadAllText($"/proc/self/task/{thread}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[41 - 3], CultureInfo.InvariantCulture), int.Parse(fields[40 - 3], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return (0, 0);
        }
    }

    /// <summary>The CPUs that a thread may run on.</summary>
    public static int[] Cpus(int thread)
    {
        const string Name = "Cpus_allowed_list:";
        var list = File.ReadLines($"/proc/self/task/{thread}/status").First(line => line.StartsWith(Name, StringComparison.Ordinal))[Name.Length..];
        return [.. list.Trim().Split(',').Select(part => part.Split('-')).SelectMany(ends => Enumerable.Range(Number(ends[0]), Number(ends[^1]) - Number(ends[0]) + 1))];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
