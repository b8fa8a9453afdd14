using System.Text.Json;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Bridge;

namespace Qmi.Edge.Box;

/// <summary>Reads how signals and log lines are kept and sent.</summary>
internal static class SignalsReader
{
    private const string Place = "/signals";

    private const long LeastRingBytes = 65_536;

    public static SignalsConfiguration Read(JsonElement root, ConfiguredFile files, Mistakes mistakes)
    {
        var signals = root.FindObject("signals") ?? default;
        var bytes = FindNumber(signals, "ring_bytes");
        if (bytes is > 0 and < LeastRingBytes)
            mistakes.Add($"{Place}/ring_bytes", $"{bytes} bytes are too few to keep anything: give {LeastRingBytes} or more, or 0 to keep nothing.");
        var folder = signals.FindText("folder") is { } named ? files.RequireFolder($"{Place}/folder", named) : null;
        // The state's own folder is what it is without being named.
        var state = files.Resolve("/state/folder", root.FindObject("state")?.FindText("folder"));
        return new SignalsConfiguration { RingBytes = bytes, Folder = folder == state ? null : folder };
    }

    /// <summary>The same for the bridge.</summary>
    public static BridgeOptions Apply(JsonElement root, BridgeOptions options)
    {
        var signals = root.FindObject("signals") ?? default;
        return options with
        {
            SignalInterval = FindNumber(signals, "max_ms") is { } interval ? TimeSpan.FromMilliseconds(interval) : options.SignalInterval,
            SignalBatchSize = (int)(FindNumber(signals, "max_n") ?? options.SignalBatchSize),
            LogLevel = root.FindObject("log")?.FindText("mqtt") switch
            {
                null => options.LogLevel,
                "off" => LogLevel.None,
                var level => Enum.TryParse<LogLevel>(level, ignoreCase: true, out var parsed) ? parsed : options.LogLevel,
            },
        };
    }

    private static long? FindNumber(JsonElement signals, string name) =>
        signals.Find(name, JsonValueKind.Number) is { } number && number.TryGetInt64(out var value) ? value : null;
}
