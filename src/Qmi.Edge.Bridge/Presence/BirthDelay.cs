using System.Text;

namespace Qmi.Edge.Bridge;

/// <summary>
/// How long a box waits before it describes itself to a broker that forgot it. By its name, not by chance: so the boxes of a fleet are spread
/// evenly at every restart of their broker, and each is back after the same time.
/// </summary>
internal static class BirthDelay
{
    /// <summary>The delay of a box.</summary>
    /// <param name="box">Its id.</param>
    /// <param name="spread">The longest delay.</param>
    public static TimeSpan Of(string box, TimeSpan spread)
    {
        // FNV-1a, with a last mix since names of a fleet differ in their last letters only: the same everywhere and in every version, as string hashes are not.
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(box))
            hash = (hash ^ value) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6Bu;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35u;
        hash ^= hash >> 16;
        return spread.Ticks == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(spread.Ticks * (hash % 5000) / 5000);
    }
}
