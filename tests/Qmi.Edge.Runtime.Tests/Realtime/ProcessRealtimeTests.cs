using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

public sealed class ProcessRealtimeTests : IDisposable
{
    private readonly string _device = Path.GetTempFileName();
    private readonly RecordingLog _log = new();

    public void Dispose() => File.Delete(_device);

    [Fact]
    [Trait("rule", "RT-1")]
    public void The_latency_of_CPUs_is_held_at_zero_until_the_box_ends()
    {
        var realtime = new ProcessRealtime(new RealtimeOptions { HoldCpuLatency = true }, _log, _device);

        Assert.True(realtime.IsCpuLatencyHeld);
        Assert.Empty(realtime.Refusals);
        Assert.Equal(new byte[4], File.ReadAllBytes(_device));
        realtime.Release();
        Assert.False(realtime.IsCpuLatencyHeld);
    }

    [Fact]
    [Trait("rule", "RT-1")]
    public void A_device_that_is_not_there_is_a_refusal_in_the_log_and_in_the_document()
    {
        var realtime = new ProcessRealtime(new RealtimeOptions { HoldCpuLatency = true }, _log, _device + "-none");

        var refusal = Assert.Single(realtime.Refusals);
        Assert.Equal(("cpu_latency", 2), (refusal.What, refusal.Errno));
        Assert.Equal($"Opening {_device}-none was refused (ENOENT): this kernel or container has none; the CPUs sleep as they like.", refusal.Message);
        Assert.Equal(refusal.Message, Assert.Single(_log.Lines).Text);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            realtime.Write(writer);
        using var document = JsonDocument.Parse(stream.ToArray());
        Assert.False(document.RootElement.GetProperty("cpu_latency_held").GetBoolean());
        Assert.Equal(2, document.RootElement.GetProperty("refused")[0].GetProperty("errno").GetInt32());
    }

    [Fact]
    public void Nothing_is_asked_for_by_default()
    {
        var realtime = new ProcessRealtime(new RealtimeOptions(), _log, _device + "-none");

        Assert.Equal((false, false, 0), (realtime.IsMemoryLocked, realtime.IsCpuLatencyHeld, realtime.Refusals.Count));
        Assert.Empty(_log.Lines);
    }
}
