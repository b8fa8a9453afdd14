using System.CommandLine;

namespace Qmi.Edge.Box;

/// <summary><c>acl</c>: writes the access rules of a broker.</summary>
internal static class AclVerb
{
    private const string Mosquitto = "mosquitto";
    private const string Dynsec = "dynsec";

    public static Command Create()
    {
        var files = BoxFile.Arguments("Configurations whose box, mqtt.prefix and mqtt.roles are taken.");
        var boxes = List("--boxes", "Names of boxes, with commas between them.");
        var users = List("--users", "What users may do, for example alice=operator,panel=observer.");
        var format = Text("--format", "mosquitto (an acl_file, the default) or dynsec (the dynamic-security plugin's file).");
        var prefix = Text("--prefix", "First level of all topics; default qmi, or what the configurations say.");
        var homeAssistant = Text("--home-assistant", "First level of Home Assistant's discovery topics, mostly homeassistant: the boxes may show themselves there.");
        var merge = Text("--merge", "With dynsec: the plugin's file so far. Its passwords stay, and whatever is not about boxes.");
        var output = Text("--output", "The file to write; default standard output.");
        var verb = new Command("acl", "Writes the access rules of a broker: who may read and write which topics.") { files, boxes, users, format, prefix, homeAssistant, merge, output };
        verb.SetAction(parsed => Run(new AclRequest
        {
            Files = parsed.GetValue(files) ?? [],
            Boxes = parsed.GetValue(boxes) ?? [],
            Users = parsed.GetValue(users) ?? [],
            Prefix = parsed.GetValue(prefix),
            HomeAssistant = parsed.GetValue(homeAssistant),
            Format = parsed.GetValue(format) ?? Mosquitto,
            Merge = parsed.GetValue(merge),
            Output = parsed.GetValue(output),
        }));
        return verb;
    }

    private static int Run(AclRequest request)
    {
        if (request.Format is not (Mosquitto or Dynsec))
            return Refuse(ExitCode.Usage, [$"--format is \"{request.Format}\": it can be {Mosquitto} or {Dynsec}."]);
        if (request is { Merge: not null, Format: not Dynsec })
            return Refuse(ExitCode.Usage, [$"--merge is for --format {Dynsec}: an acl_file has nothing that would have to be kept."]);
        try
        {
            var mistakes = new List<string>();
            var plan = AclPlan.Create(request, mistakes);
            if (mistakes.Count > 0)
                return Refuse(ExitCode.Usage, mistakes);
            AclOutput.Write(request, plan, isDynsec: request.Format == Dynsec);
            return ExitCode.Ok;
        }
        catch (ConfigurationException exception)
        {
            return Refuse(ExitCode.InvalidConfiguration, exception.Errors.Select(error => error.ToString()));
        }
        catch (AclException exception)
        {
            return Refuse(ExitCode.Failed, [exception.Message]);
        }
    }

    private static int Refuse(int exitCode, IEnumerable<string> mistakes)
    {
        foreach (var mistake in mistakes)
            Console.Error.WriteLine(mistake);
        return exitCode;
    }

    private static Option<string[]> List(string name, string description) => new(name) { Description = description };

    private static Option<string> Text(string name, string description) => new(name) { Description = description };
}
