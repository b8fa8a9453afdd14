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
        new("default_role", new Schema { Type = SchemaType.String, Enum = Roles, Description = "What callers may do that roles does not name: observer, or admin when there are no roles." }));

    private static readonly Schema Loop = Object(
        new("period_ms", new Schema { Type = SchemaType.Number, Minimum = 0.1, Maximum = TimeSpan.FromDays(1).TotalMilliseconds, Unit = "ms" }),
        new("policy", new Schema { Type = SchemaType.String, Enum = Policies }));

    private static readonly Schema Instrument = Object(
        new("type", Text("Its type."), Required: true),
        new("args", AnyObject),
        new("open", Flag with { Default = "true", Description = "Whether it is opened when the box starts." }));

    private static readonly Schema Task = Object(
        new("type", Text("Its type."), Required: true),
        new("args", AnyObject),
        new("settings", AnyObject),
        new("loop", Loop),
        new("start", Flag with { Default = "true", Description = "Whether it is started when the box starts." }));

    /// <summary>The whole file.</summary>
    public static Schema Root { get; } = Object(
        new("box", Text("Name of the box on the wire."), Required: true),
        new("alias", Text("Friendly name, which may change; people find the box by it.")),
        new("mqtt", Mqtt),
        new("audit", Object(
            new("file", Text("The file."), Required: true),
            new("max_bytes", new Schema { Type = SchemaType.Integer, Minimum = 4096, Maximum = 1L << 40, Default = "16777216" }))),
        new("state", Object(new SchemaProperty("folder", Text("A folder for what the box must remember across restarts: settings, locks, requests."), Required: true))),
        new("log", Object(new SchemaProperty("level", new Schema { Type = SchemaType.String, Enum = LogLevels }))),
        new("instruments", new Schema { Type = SchemaType.Object, AdditionalProperties = Instrument }),
        new("tasks", new Schema { Type = SchemaType.Object, AdditionalProperties = Task }));

    /// <summary>What a broker must know of a box; whatever else is there is not looked at.</summary>
    internal static Schema Access { get; } = Object(
        new("box", Text("Name of the box on the wire."), Required: true),
        new("mqtt", Object(Prefix, RoleOfCallers) with { AdditionalProperties = AnyValue })) with
    { AdditionalProperties = AnyValue };

    private static Schema Text(string description) => new() { Type = SchemaType.String, MinLength = 1, Description = description };

    private static Schema Object(params ReadOnlySpan<SchemaProperty> properties) => new() { Type = SchemaType.Object, Properties = [.. properties] };
}
