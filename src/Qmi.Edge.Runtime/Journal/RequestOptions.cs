namespace Qmi.Edge.Runtime;

/// <summary>How a box treats requests from outside; everything has a default.</summary>
public sealed record RequestOptions
{
    /// <summary>How many requests that change something one caller may send in a second, on average; default 50, 0 = any number.</summary>
    public double RequestsPerSecond { get; init; } = 50;

    /// <summary>How many of them may come at once; default 100.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>How long a finished request is remembered at least, as far as <see cref="PerCaller"/> and <see cref="InAll"/> allow; default 10 min.</summary>
    public TimeSpan Memory { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many requests of one caller are remembered; default 256. Of more, the oldest finished one is forgotten; when none is finished the next one is told BUSY.</summary>
    public int PerCaller { get; init; } = 256;

    /// <summary>How many requests of all callers are remembered; default 4 096.</summary>
    public int InAll { get; init; } = 4096;

    /// <summary>The largest result that is sent as a reply, in bytes of JSON; default 256 KiB. A larger one is fetched in pieces.</summary>
    public int ResultLimit { get; init; } = 256 * 1024;

    /// <summary>Bytes of memory for results that are larger; default 16 MiB. The oldest is forgotten first.</summary>
    public long LargeResultBytes { get; init; } = 16 << 20;
}
