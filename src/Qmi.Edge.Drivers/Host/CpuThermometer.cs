using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>Finds the file with the temperature of the processor among the sensors of a machine, which every vendor names in his own way.</summary>
internal static class CpuThermometer
{
    // Best first: the package or the die, then the chip around it, then what the firmware calls the temperature.
    private static readonly string[] Names = ["x86_pkg_temp", "cpu", "coretemp", "k10temp", "zenpower", "soc", "acpitz"];

    /// <summary>The path of a file with millidegrees Celsius, or null when there is none.</summary>
    public static string? Find(string root)
    {
        var zones = Sensors(Path.Join(root, "sys/class/thermal"), "thermal_zone*", "type", "temp");
        var monitors = Sensors(Path.Join(root, "sys/class/hwmon"), "hwmon*", "name", "temp1_input");
        return zones.Concat(monitors)
            .Select(sensor => (Rank: Array.FindIndex(Names, name => sensor.Name.Contains(name, StringComparison.OrdinalIgnoreCase)), sensor.Value))
            .Where(sensor => sensor.Rank >= 0)
            .OrderBy(sensor => sensor.Rank)
            .ThenBy(sensor => sensor.Value, StringComparer.Ordinal)
            .Select(sensor => sensor.Value)
            .FirstOrDefault();
    }

    private static IEnumerable<(string Name, string Value)> Sensors(string folder, string pattern, string nameFile, string valueFile)
    {
        if (!Directory.Exists(folder))
            yield break;

        var buffer = new byte[128];
        foreach (var sensor in Directory.EnumerateDirectories(folder, pattern))
        {
            using var file = new HostFile(Path.Join(sensor, nameFile));
            var name = Encoding.Latin1.GetString(file.Read(buffer));
            var value = Path.Join(sensor, valueFile);
            if (File.Exists(value))
                yield return (name, value);
        }
    }
}
