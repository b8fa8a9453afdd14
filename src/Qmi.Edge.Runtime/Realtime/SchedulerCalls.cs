using System.Runtime.InteropServices;

namespace Qmi.Edge.Runtime;

/// <summary>The calls to libc about scheduling and memory. Numbers and layouts are the same on x64 and arm64; 0 for a thread means the calling one.</summary>
internal static unsafe partial class SchedulerCalls
{
    /// <summary>Threads that the thread starts do not inherit its real-time policy (sched.h).</summary>
    public const int ResetOnFork = 0x40000000;

    /// <summary>All there is now and all to come, each page when it is first touched (mman.h).</summary>
    public const int LockCurrentFutureOnFault = 1 | 2 | 4;

    /// <summary>prctl(2).</summary>
    public const int SetTimerSlack = 29;

    /// <summary>getrlimit(2).</summary>
    public const int MemoryLockLimit = 8;

    /// <summary>getrlimit(2).</summary>
    public const int PriorityLimit = 14;

    /// <summary>O_WRONLY | O_CLOEXEC.</summary>
    public const int WriteOnly = 0x80001;

    [LibraryImport("libc", EntryPoint = "gettid")]
    public static partial int GetThreadId();

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "sched_getscheduler", SetLastError = true)]
    public static partial int GetScheduler(int thread);

    [LibraryImport("libc", EntryPoint = "sched_getparam", SetLastError = true)]
    public static partial int GetParameters(int thread, int* priority);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint bytes, CpuSet* cpus);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int thread, nuint bytes, CpuSet* cpus);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ControlProcess(int option, nuint value, nuint unused3 = 0, nuint unused4 = 0, nuint unused5 = 0);

    [LibraryImport("libc", EntryPoint = "mlockall", SetLastError = true)]
    public static partial int LockMemory(int flags);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, int* value, nuint bytes);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}

/// <summary><c>struct rlimit</c>.</summary>
internal struct ResourceLimit
{
    public nuint Now;
    public nuint Highest;
}

/// <summary><c>cpu_set_t</c>.</summary>
internal unsafe struct CpuSet
{
    /// <summary>How many CPUs it has room for.</summary>
    public const int Size = 1024;

    private fixed ulong _bits[Size / 64];

    /// <summary>The numbers of the CPUs in it.</summary>
    public readonly int[] Numbers
    {
        get
        {
            var numbers = new List<int>();
            for (var number = 0; number < Size; number++)
            {
                if ((_bits[number / 64] >> (number % 64) & 1) != 0)
                    numbers.Add(number);
            }

            return [.. numbers];
        }
    }

    public void Add(int number) => _bits[number / 64] |= 1UL << (number % 64);
}
