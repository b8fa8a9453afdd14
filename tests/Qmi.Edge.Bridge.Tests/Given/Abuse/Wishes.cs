using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What an MQTT 5 caller sets beside the payload, right or wrong.</summary>
internal sealed record Wishes
{
    private static readonly string[] Names = ["qmi-lock", "qmi-fence", "qmi-if-rev", "qmi-if-boot", "traceparent", "other"];
    private static readonly string[] Values = ["", "0", "1", "-1", "1e3", "99999999999999999999", " 1", "0x1", "x", "\u20ac", "\ud83d\ude00", new('v', 300)];

    public bool Retain { get; init; }

    public uint? Expiry { get; init; }

    public byte[] ResponseTopic { get; init; } = [];

    public byte[] Correlation { get; init; } = [];

    public byte[] Properties { get; init; } = [];

    /// <summary>Mostly none, so that the payload is what decides.</summary>
    public static Wishes Make(Random random, string caller) => random.Next(4) != 0 ? new() : new()
    {
        Retain = random.Next(8) == 0,
        Expiry = random.Next(8) switch { 0 => 0, 1 => 1, 2 => 60, 3 => uint.MaxValue, _ => null },
        ResponseTopic = random.Next(3) == 0 ? MakeTopic(random, caller) : [],
        Correlation = random.Next(3) == 0 ? MakeBytes(random) : [],
        Properties = random.Next(3) == 0 ? MqttUserProperties.Encode((Names[random.Next(Names.Length)], Values[random.Next(Values.Length)])) : [],
    };

    private static byte[] MakeTopic(Random random, string caller) => random.Next(10) switch
    {
        0 => "qmi/v1/box/box08/call/adm/x/y"u8.ToArray(),
        1 => Encoding.UTF8.GetBytes($"qmi/v1/client/{caller}"),
        2 => Encoding.UTF8.GetBytes($"qmi/v1/client/{caller}/+"),
        3 => [.. Encoding.UTF8.GetBytes($"qmi/v1/client/{caller}/"), 0xFF, 0xC0],
        4 => Encoding.UTF8.GetBytes($"qmi/v1/client/{caller}/a\u0001\u0085"),
        5 => Encoding.UTF8.GetBytes($"qmi/v1/client/{caller}/{new string('x', 65_535 - 15 - caller.Length)}"),
        6 => Encoding.UTF8.GetBytes($"qmi/v1/box/box07/reply/{caller}/"),
        _ => Encoding.UTF8.GetBytes($"qmi/v1/client/{caller}/reply/box07/{random.Next(100)}"),
    };

    private static byte[] MakeBytes(Random random)
    {
        var bytes = new byte[random.Next(5) == 0 ? random.Next(65_535) : random.Next(1, 80)];
        random.NextBytes(bytes);
        return bytes;
    }
}
