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
        Array.Sort(_ticks, 0, _count);
        Print(name + "_p50", Microseconds(_ticks[_count / 2]));
        Print(name + "_p99", Microseconds(_ticks[_count * 99 / 100]));
    }

    /// <summary>Prints one figure, as the script that runs us reads it.</summary>
    public static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.####}"));

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
