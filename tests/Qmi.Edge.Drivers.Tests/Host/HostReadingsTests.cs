namespace Qmi.Edge.Drivers.Tests;

public sealed class HostReadingsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("qmi-host-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Load_memory_and_uptime_are_read()
    {
        Put("proc/loadavg", "0.07 1.13 12.50 2/82 3529\n");
        Put("proc/meminfo", "MemTotal:       24682844 kB\nMemFree:        21000000 kB\nMemAvailable:   23994212 kB\nBuffers: 1 kB\n");
        Put("proc/uptime", "12345.67 54321.00\n");
        using var readings = new HostReadings(_root);

        Assert.Equal(new LoadAverage(0.07, 1.13, 12.5), readings.ReadLoad());
        Assert.Equal(new MemoryReading(24682844L * 1024, 23994212L * 1024), readings.ReadMemory());
        Assert.Equal(TimeSpan.FromSeconds(12345.67), readings.ReadUptime());
    }

    [Fact]
    public void What_is_not_there_is_null()
    {
        using var readings = new HostReadings(_root);

        Assert.Null(readings.ReadLoad());
        Assert.Null(readings.ReadMemory());
        Assert.Null(readings.ReadUptime());
        Assert.Null(readings.ReadCpuTemperature());
        Assert.Null(readings.ReadDisk("/no-such-folder"));
    }

    [Fact]
    public void What_cannot_be_understood_is_null()
    {
        Put("proc/loadavg", "nothing\n");
        Put("proc/meminfo", "MemTotal: 1000 kB\n");
        Put("proc/uptime", "");
        PutThermalZone(0, "cpu-thermal", "-274000");
        using var readings = new HostReadings(_root);

        Assert.Null(readings.ReadLoad());
        Assert.Null(readings.ReadMemory());
        Assert.Null(readings.ReadUptime());
        Assert.Null(readings.ReadCpuTemperature());
    }

    [Fact]
    public void A_file_that_comes_later_is_found_and_a_value_that_changes_is_seen()
    {
        using var readings = new HostReadings(_root);
        Assert.Null(readings.ReadUptime());

        Put("proc/uptime", "1.00 1.00\n");
        Assert.Equal(TimeSpan.FromSeconds(1), readings.ReadUptime());
        Put("proc/uptime", "2.00 1.00\n");
        Assert.Equal(TimeSpan.FromSeconds(2), readings.ReadUptime());
    }

    [Fact]
    public void The_thermometer_of_the_processor_is_chosen_among_others()
    {
        PutThermalZone(0, "acpitz", "20000");
        PutThermalZone(1, "iwlwifi_1", "30000");
        PutThermalZone(2, "x86_pkg_temp", "48250");
        using var readings = new HostReadings(_root);

        Assert.Equal(48.25, readings.ReadCpuTemperature());
    }

    [Fact]
    public void A_monitor_chip_serves_where_there_is_no_thermal_zone()
    {
        Put("sys/class/hwmon/hwmon0/name", "nvme\n");
        Put("sys/class/hwmon/hwmon0/temp1_input", "30000\n");
        Put("sys/class/hwmon/hwmon1/name", "k10temp\n");
        Put("sys/class/hwmon/hwmon1/temp1_input", "51125\n");
        using var readings = new HostReadings(_root);

        Assert.Equal(51.125, readings.ReadCpuTemperature());
    }

    [Fact]
    public void A_disk_of_this_machine_has_plausible_numbers()
    {
        using var readings = new HostReadings();
        var drive = new DriveInfo(_root);

        var disk = readings.ReadDisk(_root);

        Assert.NotNull(disk);
        Assert.Equal(drive.TotalSize, disk.Value.TotalBytes);
        Assert.InRange(disk.Value.AvailableBytes, 0, disk.Value.TotalBytes);
    }

    [Fact]
    public void This_machine_has_a_load_a_memory_an_uptime_and_a_clock()
    {
        using var readings = new HostReadings();

        Assert.NotNull(readings.ReadLoad());
        var memory = Assert.NotNull(readings.ReadMemory());
        Assert.InRange(memory.AvailableBytes, 1, memory.TotalBytes);
        Assert.True(readings.ReadUptime() > TimeSpan.Zero);
        var clock = Assert.NotNull(readings.ReadClock());
        Assert.InRange(clock.MaximumError, TimeSpan.Zero, TimeSpan.FromSeconds(16));
    }

    [Fact]
    public void Reading_again_and_again_allocates_nothing()
    {
        PutThermalZone(0, "cpu-thermal", "48250");
        using var real = new HostReadings();
        using var fixture = new HostReadings(_root);
        ReadAll(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadAll(100);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void ReadAll(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                _ = (real.ReadLoad(), real.ReadMemory(), real.ReadUptime(), real.ReadClock());
                _ = (fixture.ReadCpuTemperature(), fixture.ReadLoad());
            }
        }
    }

    private void PutThermalZone(int number, string type, string temperature)
    {
        Put($"sys/class/thermal/thermal_zone{number}/type", type + "\n");
        Put($"sys/class/thermal/thermal_zone{number}/temp", temperature + "\n");
    }

    private void Put(string path, string text)
    {
        var full = Path.Join(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
