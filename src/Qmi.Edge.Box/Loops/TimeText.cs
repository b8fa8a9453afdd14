using System.Globalization;

namespace Qmi.Edge.Box;

/// <summary>Durations for people: three digits and a unit.</summary>
internal static class TimeText
{
    private static readonly (string Unit, double Microseconds)[] Units = [("s", 1e6), ("ms", 1e3), ("µs", 1)];

    public static string Of(TimeSpan duration)
    {
        var microseconds = duration.TotalMicroseconds;
        var (unit, size) = Array.Find(Units, unit => microseconds >= unit.Microseconds) is { Unit: not null } found ? found : Units[^1];
        var value = microseconds / size;
        var digits = value switch { >= 100 => "0", >= 10 => "0.#", _ => "0.##" };
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(digits, CultureInfo.InvariantCulture)} {unit}");
    }
}
