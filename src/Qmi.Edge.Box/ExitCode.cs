namespace Qmi.Edge.Box;

/// <summary>What the program returns to its caller.</summary>
public static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>It failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is wrong.</summary>
    public const int InvalidConfiguration = 6;

    /// <summary>
    /// A task hangs without which the box must not go on: its <c>health.when_hung</c> is <c>fail_box</c>. With systemd <c>Restart=on-failure</c> starts
    /// it again; it is EX_SOFTWARE of sysexits.h, "an internal error".
    /// </summary>
    public const int TaskHung = 70;

    /// <summary>
    /// Stopped in order because somebody asked for a restart: whatever supervises the process starts it again. With systemd that is
    /// <c>Restart=on-failure</c>, which takes every code but 0 so; it is EX_TEMPFAIL of sysexits.h, "try again later".
    /// </summary>
    public const int Restart = 75;
}
