using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Qmi.Edge.Testing;

/// <summary>
/// What other people's programs say about a self-description: AsyncAPI's own parser, the W3C's schema of Thing Descriptions, and Jinja, which is
/// what renders the templates of Home Assistant. Installed by <c>tests/validators/install.sh</c> on first use.
/// </summary>
public static class Validators
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // Debian's Jinja belongs to Debian's Python, whatever else is in the path.
    private const string DebianPython = "/usr/bin/python3";

    private static readonly Lazy<string> Folder = new(Install);

    /// <summary>What is wrong with an AsyncAPI document, one line for each.</summary>
    public static IReadOnlyList<string> AsyncApi(string document) => Run("node", "asyncapi.mjs", document);

    /// <summary>What is wrong with a Thing Description, one line for each.</summary>
    public static IReadOnlyList<string> Thing(string document) => Run("node", "thing.mjs", document);

    /// <summary>What templates of Home Assistant make of the payloads of messages.</summary>
    public static IReadOnlyList<string> RenderValues(IEnumerable<(string Template, string Payload)> templates) =>
        Render(templates.Select(one => new JsonObject { ["template"] = one.Template, ["value_json"] = JsonNode.Parse(one.Payload) }));

    /// <summary>What templates of Home Assistant make of the values that a person has given; each value is JSON.</summary>
    public static IReadOnlyList<string> RenderCommands(IEnumerable<(string Template, string Value)> templates) =>
        Render(templates.Select(one => new JsonObject { ["template"] = one.Template, ["value"] = JsonNode.Parse(one.Value) }));

    private static IReadOnlyList<string> Render(IEnumerable<JsonObject> requests)
    {
        var lines = Run(DebianPython, "jinja.py", string.Join('\n', requests.Select(request => request.ToJsonString())));
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement.GetString()!)];
    }

    private static IReadOnlyList<string> Run(string program, string script, string input)
    {
        var (exitCode, output, errors) = Run(program, [Path.Combine(Folder.Value, script)], input);
        if (exitCode != 0)
            throw new InvalidOperationException($"{script} failed: {errors}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Install()
    {
        var (exitCode, output, errors) = Run("bash", [Checkout.PathOf("tests", "validators", "install.sh")], "");
        return exitCode == 0 ? Checkout.PathOf("artifacts", "validators") : throw new InvalidOperationException($"The validators could not be installed: {output} {errors}");
    }

    private static (int ExitCode, string Output, string Errors) Run(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (process.WaitForExit(Patience))
            return (process.ExitCode, output.Result, errors.Result);
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end.");
    }
}
