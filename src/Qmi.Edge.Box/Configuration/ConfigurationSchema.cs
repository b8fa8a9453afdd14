using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>What <c>box.json</c> may contain, apart from what each type of task and instrument adds.</summary>
public static class ConfigurationSchema
{
    private static readonly Schema AnyValue = new() { Type = SchemaType.Any };
    private static readonly Schema AnyObject = new() { Type = SchemaType.Object, AdditionalProperties = AnyValue };
    private static readonly Schema Flag = new() { Type = SchemaType.Boolean };

    /// <summary>The names of the roles, in the order of what they may do.</summary>
    public static readonly string[] Roles = [.. RoleName.All];

    /// <summary>The names of the missed-loop policies, in the order of <see cref="MissedLoopPolicy"/>.</summary>
    public static readonly string[] Policies = ["immediate", "skip", "terminate", "catch_up"];

    internal static readonly string[] LogLevels = ["trace", "debug", "information", "warning", "error", "critical"];

    /// <summary>What the first level of all topics may be.</summary>
    internal const string PrefixPattern = "^[a-zA-Z0-9_-]+(/[a-zA-Z0-9_-]+)*$";

    private static readonly SchemaProperty Prefix = new("prefix", new Schema { Type = SchemaType.String, MinLength = 1, MaxLength = 64, Pattern = PrefixPattern, Default = "\"qmi\"", Description = "First level of all topics." });

    private static readonly SchemaProperty RoleOfCallers = new("roles", new Schema { Type = SchemaType.Object, AdditionalProperties = new Schema { Type = SchemaType.String, Enum = Roles }, Description = "What callers may do, by user name." });

    private static readonly SchemaProperty Discovery = new("discovery", Object(
        new SchemaProperty("home_assistant", Object(
            new("prefix", Prefix.Schema with { Default = "\"homeassistant\"", Description = "First level of Home Assistant's discovery topics." }),
            new("user", Text("Home Assistant's user name at the broker; without it the box is shown there without controls."))))));

    private static readonly Schema Mqtt = Object(
        new("host", Text("Name or address of the broker."), Required: true),
        new("port", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = 65535, Default = "1883" }),
        new("user", Text("User name; it must be the box's own.")),
        new("password_file", Text("File with the password, readable by the box only.")),
        Prefix,
        new("health_s", new Schema { Type = SchemaType.Number, Minimum = 10, Maximum = 60, Default = "10", Unit = "s", Description = "Time between two health documents." }),
        new("protocol", new Schema { Type = SchemaType.String, Enum = ["auto", "5", "3.1.1"], Default = "\"auto\"" }),
        new("tls", Object(
            new("ca_file", Text("Certificates of the authorities that are trusted."), Required: true),
            new("certificate_file", Text("The box's own certificate.")),
            new("key_file", Text("The key of that certificate.")))),
        RoleOfCallers,
        new("default_role", new Schema { Type = SchemaType.String, Enum = Roles, Description = "What callers may do that roles does not name: observer, or admin when there are no roles." }),
        Discovery);

    private static readonly Schema Signals = Object(
        new("ring_bytes", new Schema { Type = SchemaType.Integer, Minimum = 0, Maximum = 1L << 32, Unit = "bytes", Description = "How much is kept of each signal for who has missed some; at least 65536, or 0 for nothing. 4194304 with a folder, 1048576 in memory." }),
        new("folder", Text("A folder for what is kept of signals, when it is not to be in the state's: a disk that bears being written all the time, or one in memory.")),
        new("max_ms", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = 60_000, Unit = "ms", Default = "50", Description = "How long a value waits for others to travel with." }),
        new("max_n", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = 100_000, Default = "1000", Description = "How many values travel together." }));

    private static readonly Schema Locks = Object(
        new("max_lease_ms", Milliseconds(LockOptions.MinLease, TimeSpan.FromDays(7), new LockOptions().MaxLease, "The longest lease that a caller may ask for.")),
        new("death_grace_ms", Milliseconds(TimeSpan.Zero, TimeSpan.FromHours(1), new LockOptions().DeathGrace, "What is left of a lease that is bound to its owner's presence when that is lost.")));

    private static readonly Schema Requests = Object(
        new("per_second", new Schema { Type = SchemaType.Number, Minimum = 0, Maximum = 100_000, Default = "50", Description = "How many requests that change something one caller may send in a second, on average; 0 = any number." }),
        new("burst", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = 100_000, Default = "100", Description = "How many of them may come at once." }));

    private static readonly Schema Simulated = Flag with { Default = "false", Description = "Whether what it says is not from the real world: its values, and those of all who read them, then say so." };

    private static readonly Schema Loop = Object(
        new("period_ms", new Schema { Type = SchemaType.Number, Minimum = 0.1, Maximum = TimeSpan.FromDays(1).TotalMilliseconds, Unit = "ms" }),
        new("policy", new Schema { Type = SchemaType.String, Enum = Policies }),
        new("spin_us", new Schema { Type = SchemaType.Number, Minimum = 0, Maximum = 200, Unit = "us", Default = "0", Description = "How long before each slot the loop stops sleeping and watches the clock, at the price of that share of a CPU." }));

    private static readonly Schema Realtime = Object(
        new("lock_memory", Flag with { Default = "false", Description = "Whether the memory of the box stays in RAM." }),
        new("hold_cpu_latency", Flag with { Default = "false", Description = "Whether idle CPUs are kept from sleeping deeply while the box runs, at the price of power and heat." }));

    private static readonly Schema Instrument = Object(
        new("type", Text("Its type."), Required: true),
        new("args", AnyObject),
        new("open", Flag with { Default = "true", Description = "Whether it is opened when the box starts." }),
        new("simulated", Simulated));

    private static readonly Schema Task = Object(
        new("type", Text("Its type."), Required: true),
        new("args", AnyObject),
        new("settings", AnyObject),
        new("loop", Loop),
        new("priority", new Schema { Type = SchemaType.Integer, Minimum = 1, Maximum = 99, Description = "Real-time priority of its thread; without it, it shares the CPUs as all do." }),
        new("cpus", new Schema { Type = SchemaType.Array, MinLength = 1, Items = new Schema { Type = SchemaType.Integer, Minimum = 0, Maximum = 1023 }, Description = "Numbers of the CPUs that its thread may run on; without them, all." }),
        new("supervision", TaskCareReader.Supervision),
        new("health", TaskCareReader.Health),
        new("start", Flag with { Default = "true", Description = "Whether it is started when the box starts." }),
        new("simulated", Simulated));

    /// <summary>The whole file.</summary>
    public static Schema Root { get; } = Object(
        new("box", Text("Name of the box on the wire."), Required: true),
        new("alias", Text("Friendly name, which may change; people find the box by it.")),
        new("mqtt", Mqtt),
        new("audit", Object(
            new("file", Text("The file."), Required: true),
            new("max_bytes", new Schema { Type = SchemaType.Integer, Minimum = 4096, Maximum = 1L << 40, Default = "16777216" }))),
        new("state", Object(new SchemaProperty("folder", Text("A folder for what the box must remember across restarts: settings, locks, requests."), Required: true))),
        new("locks", Locks),
        new("requests", Requests),
        new("signals", Signals),
        new("realtime", Realtime),
        new("log", Object(
            new("level", new Schema { Type = SchemaType.String, Enum = LogLevels, Default = "\"information\"", Description = "The least severe lines on standard error." }),
            new("mqtt", new Schema { Type = SchemaType.String, Enum = [.. LogLevels, "off"], Default = "\"warning\"", Description = "The least severe lines that are published." }))),
        new("instruments", new Schema { Type = SchemaType.Object, AdditionalProperties = Instrument }),
        new("tasks", new Schema { Type = SchemaType.Object, AdditionalProperties = Task }));

    /// <summary>What a broker must know of a box; whatever else is there is not looked at.</summary>
    internal static Schema Access { get; } = Part(
        new("box", Text("Name of the box on the wire."), Required: true),
        new("mqtt", Part(Prefix, RoleOfCallers, Discovery)));

    private static Schema Text(string description) => new() { Type = SchemaType.String, MinLength = 1, Description = description };

    private static Schema Milliseconds(TimeSpan least, TimeSpan most, TimeSpan usual, string description) =>
        new() { Type = SchemaType.Integer, Minimum = least.TotalMilliseconds, Maximum = most.TotalMilliseconds, Unit = "ms", Default = usual.TotalMilliseconds.ToString(CultureInfo.InvariantCulture), Description = description };

    private static Schema Object(params ReadOnlySpan<SchemaProperty> properties) => new() { Type = SchemaType.Object, Properties = [.. properties] };

    private static Schema Part(params ReadOnlySpan<SchemaProperty> properties) => Object(properties) with { AdditionalProperties = AnyValue };
}
