using System.Diagnostics;

namespace Qmi.Edge.Bench;

/// <summary>Something to do.</summary>
internal static class Busy
{
    /// <summary>Keeps the CPU busy for so long.</summary>
    public static void For(int microseconds)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMicroseconds < microseconds)
        {
        }
    }
}
