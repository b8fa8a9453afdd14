using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary><c>describe box.json</c>: what the configured box is on MQTT, and nothing is started.</summary>
internal static class DescribeVerb
{
    public static Command Create(TypeCatalog types)
    {
        var file = BoxFile.Argument();
        var formats = string.Join(", ", BoxDescription.Formats);
        var format = new Option<string>("--format") { Description = $"The kind of document: {formats}; default {BoxDescription.Native}." };
        var target = new Option<string>("--object") { Description = "Describe this object only." };
        var output = new Option<string>("--output") { Description = "The file to write; default standard output." };
        var verb = new Command("describe", "Writes what the box is on MQTT, for people and programs, and starts nothing.") { file, format, target, output };
        verb.SetAction(async (parsed, _) =>
        {
            var wanted = parsed.GetValue(format) ?? BoxDescription.Native;
            if (!BoxDescription.Formats.Contains(wanted))
                return Refuse(ExitCode.Usage, $"--format is \"{wanted}\"{NearestName.Hint(wanted, BoxDescription.Formats)}: it can be {formats}.");
            if (BoxFile.TryRead(parsed.GetValue(file)!, types) is not { } configuration)
                return ExitCode.InvalidConfiguration;
            // A box with nothing in it, for what it can do itself.
            await using var box = new EdgeBox(configuration.Box);
            return Describe(configuration, [.. configuration.DescribeObjects(), box.Self.Description], wanted, parsed.GetValue(target), parsed.GetValue(output));
        });
        return verb;
    }

    private static int Describe(BoxConfiguration configuration, IReadOnlyList<ObjectDescription> objects, string format, string? target, string? output)
    {
        if (target is not null)
        {
            var found = objects.FirstOrDefault(description => description.Name == target);
            if (found is null)
                return Refuse(ExitCode.Usage, $"There is no object \"{target}\" in box {configuration.Box}{NearestName.Hint(target, objects.Select(description => description.Name))}.");
            objects = [found];
        }

        var text = Write(new BoxDescription(configuration.Box, objects, configuration.Mqtt?.Bridge ?? new BridgeOptions { SoftwareVersion = ProgramVersion.Text }), format);
        if (output is null)
        {
            Console.Out.Write(text);
            return ExitCode.Ok;
        }

        try
        {
            File.WriteAllText(output, text);
            return ExitCode.Ok;
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return Refuse(ExitCode.Failed, $"{output} cannot be written: {exception.Message}");
        }
    }

    private static string Write(BoxDescription description, string format)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonStyle.Writing with { Indented = true }))
            description.Write(writer, format);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static int Refuse(int exitCode, string mistake)
    {
        Console.Error.WriteLine(mistake);
        return exitCode;
    }
}
