using System.CommandLine;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary><c>validate box.json</c>: every mistake at once, and nothing is started.</summary>
internal static class ValidateVerb
{
    public static Command Create(TypeCatalog types)
    {
        var file = BoxFile.Argument();
        var verb = new Command("validate", "Checks a configuration and starts nothing. Exit code 6 when it is wrong.") { file };
        verb.SetAction(parsed =>
        {
            if (BoxFile.TryRead(parsed.GetValue(file)!, types) is not { } configuration)
                return ExitCode.InvalidConfiguration;
            Show(parsed.GetValue(file)!, configuration);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void Show(string file, BoxConfiguration configuration)
    {
        Console.WriteLine($"{file} is valid.");
        Console.WriteLine($"  box          {configuration.Box}");
        Console.WriteLine($"  broker       {(configuration.Mqtt is { } mqtt ? Describe(mqtt.Connection) : "none, the box is not on MQTT")}");
        Console.WriteLine($"  callers      {(configuration.Mqtt is { } shown ? Describe(shown.Bridge) : "none")}");
        Console.WriteLine($"  audit log    {configuration.Audit?.File ?? "none"}");
        Console.WriteLine($"  state        {configuration.State?.Folder ?? "none, the box remembers nothing across restarts"}");
        Console.WriteLine($"  instruments  {Names(configuration.Instruments.Select(instrument => instrument.Name))}");
        Console.WriteLine($"  tasks        {Names(configuration.Tasks.Select(task => task.Name))}");
    }

    private static string Describe(MqttOptions connection) => $"{connection.Host}:{connection.Port}" + connection.Tls switch
    {
        null => ", not encrypted",
        { CertificateFile: null } => ", TLS",
        _ => ", TLS with a certificate of its own",
    };

    private static string Describe(BridgeOptions bridge)
    {
        var others = RoleName.Of(bridge.RoleOfOthers);
        return bridge.Roles.Count == 0
            ? $"{others}, whoever the broker lets in"
            : $"{string.Join(", ", bridge.Roles.Select(role => $"{role.Key} {RoleName.Of(role.Value)}"))}, others {others}";
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("none"));
}
