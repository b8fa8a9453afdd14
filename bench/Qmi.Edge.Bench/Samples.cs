using System.Diagnostics;
using System.Globalization;

namespace Qmi.Edge.Bench;

/// <summary>Durations of one thing, in the order in which they were taken.</summary>
internal sealed class Samples(int capacity)
{
    private readonly long[] _ticks = new long[capacity];
    private int _count;

    public void Add(long ticks) => _ticks[_count++] = ticks;

    /// <summary>Prints <c>{name}_p50</c> and <c>{name}_p99</c> in microseconds.</summary>
    public void Print(string name)
    {
        Print(name + "_p50", Percentile(50));
        Print(name + "_p99", Percentile(99));
    }

    /// <summary>So many of a hundred are shorter, microseconds. Sorts them.</summary>
    public double Percentile(int percent)
    {
        Array.Sort(_ticks, 0, _count);
        return Microseconds(_ticks[_count * percent / 100]);
    }

    /// <summary>Takes the durations of another one in.</summary>
    public void Add(Samples other)
    {
        foreach (var ticks in other._ticks.AsSpan(0, other._count))
            Add(ticks);
    }

    /// <summary>Prints one figure, as the script that runs us reads it.</summary>
    public static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.####}"));

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
