using System.Globalization;

namespace Qmi.Edge.Box;

/// <summary>What the kernel lets this process have: <c>/proc/self/limits</c> and its capabilities.</summary>
internal static class ProcessLimits
{
    /// <summary>CAP_IPC_LOCK.</summary>
    public const int LockMemory = 14;

    /// <summary>CAP_SYS_NICE.</summary>
    public const int SetPriority = 23;

    /// <summary>The soft limit of that name; <see cref="ulong.MaxValue"/> when it is unlimited, null when the kernel does not say.</summary>
    public static ulong? Find(MachineFiles files, string name)
    {
        var line = files.Read("proc/self/limits")?.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() switch
        {
            null => null,
            "unlimited" => ulong.MaxValue,
            var text => ulong.TryParse(text, CultureInfo.InvariantCulture, out var limit) ? limit : null,
        };
    }

    /// <summary>Whether the process has a capability in effect.</summary>
    public static bool HasCapability(MachineFiles files, int capability)
    {
        const string Name = "CapEff:";
        var line = files.Read("proc/self/status")?.Split('\n').FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return ulong.TryParse(line?[Name.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var capabilities) && (capabilities >> capability & 1) != 0;
    }
}
