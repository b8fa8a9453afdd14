using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>How a box is shown on MQTT; everything has a default.</summary>
public sealed record BridgeOptions
{
    /// <summary>First level of every topic; the second is the version of the contract.</summary>
    public string Prefix { get; init; } = "qmi";

    /// <summary>Version of the program, for the info document.</summary>
    public string SoftwareVersion { get; init; } = "";

    /// <summary>Largest request and largest result, in bytes.</summary>
    public int PayloadLimit { get; init; } = 256 * 1024;

    /// <summary>What callers may do, by their names. A second line of defence behind the broker's access control, and the only one on brokers without.</summary>
    public IReadOnlyDictionary<string, RpcAccess> Roles { get; init; } = new Dictionary<string, RpcAccess>();

    /// <summary>
    /// What a caller may do whom <see cref="Roles"/> does not name. Null = read, once any role is named; while none is, everything: a box on a
    /// broker of one's own is usable by hand.
    /// </summary>
    public RpcAccess? DefaultRole { get; init; }

    /// <summary>The files of a connection over TLS, to be watched and renewed; null = there are none.</summary>
    public MqttTls? Tls { get; init; }

    /// <summary>Host and port of the broker as others reach it, for the documents that describe the box; null = they do not tell.</summary>
    public string? Broker { get; init; }

    /// <summary>How the box is shown to Home Assistant; null = it is not.</summary>
    public HomeAssistantOptions? HomeAssistant { get; init; }

    /// <summary>
    /// What the box is meant to have. Home Assistant is shown these objects even while one could not be made, so that it does not forget what people
    /// changed about them; what it was shown before and is neither here nor in the box is removed there.
    /// </summary>
    public IReadOnlyList<ObjectDescription> Expected { get; init; } = [];

    /// <summary>How long a new certificate may take to lead to a connection before the old one comes back; default 30 s.</summary>
    public TimeSpan CertificateTrial { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Shortest time between two status documents of one task.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest time that a signal value waits for others to travel with.</summary>
    public TimeSpan SignalInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many values of a signal travel together at most.</summary>
    public int SignalBatchSize { get; init; } = 1000;

    /// <summary>The least severe log lines that are published; <see cref="LogLevel.None"/> = none are.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>Time between two health documents: the contract has 10 s to 60 s, tests may be quicker.</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Within which time the boxes of a fleet come back to a broker that has forgotten them, each at a place of its own: a broker that restarts
    /// is not flooded by all documents of all boxes at once.
    /// </summary>
    public TimeSpan BirthSpread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a box that found another with its id waits before it looks again whether that one lives; it doubles with each look.</summary>
    public TimeSpan RivalRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest such wait.</summary>
    public TimeSpan MaximumRivalRetry { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a request may take that names no time of its own.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time a request may allow itself.</summary>
    public TimeSpan MaximumTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>What a caller may do.</summary>
    public RpcAccess RoleOf(string caller) => Roles.GetValueOrDefault(caller, RoleOfOthers);

    /// <summary>What callers may do whom <see cref="Roles"/> does not name.</summary>
    public RpcAccess RoleOfOthers => DefaultRole ?? (Roles.Count == 0 ? RpcAccess.Admin : RpcAccess.Read);

    internal Caller GetCaller(string name) => new(name, RoleOf(name));
}
