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
    /// Stopped in order because somebody asked for a restart: whatever supervises the process starts it again. With systemd that is
    /// <c>Restart=on-failure</c>, which takes every code but 0 so; it is EX_TEMPFAIL of sysexits.h, "try again later".
    /// </summary>
    public const int Restart = 75;
}
