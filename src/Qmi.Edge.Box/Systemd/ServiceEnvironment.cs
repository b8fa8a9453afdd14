using System.Globalization;

namespace Qmi.Edge.Box;

/// <summary>What systemd tells a service of <c>Type=notify</c> about itself (sd_notify(3), sd_watchdog_enabled(3)).</summary>
/// <param name="Socket">Where it listens: a path, or an abstract name behind an <c>@</c>; null = nobody listens.</param>
/// <param name="WatchdogTime">How long it waits for a sign of life before it kills the service; null = it does not wait for any.</param>
internal sealed record ServiceEnvironment(string? Socket, TimeSpan? WatchdogTime)
{
    /// <summary>Reads the environment of a process.</summary>
    /// <param name="find">The value of a variable, or null.</param>
    /// <param name="pid">The process: a watchdog that is for another one is none.</param>
    public static ServiceEnvironment Read(Func<string, string?> find, int pid)
    {
        var socket = find("NOTIFY_SOCKET") is { Length: > 1 } name && (name[0] is '/' or '@') ? name : null;
        var isOurs = find("WATCHDOG_PID") is not { Length: > 0 } watched || watched == pid.ToString(CultureInfo.InvariantCulture);
        return long.TryParse(find("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 && isOurs
            ? new ServiceEnvironment(socket, TimeSpan.FromMicroseconds(microseconds))
            : new ServiceEnvironment(socket, null);
    }

    /// <summary>The environment of this process.</summary>
    public static ServiceEnvironment OfThisProcess() => Read(Environment.GetEnvironmentVariable, Environment.ProcessId);
}
