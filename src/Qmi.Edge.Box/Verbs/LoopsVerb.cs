using System.CommandLine;
using Qmi.Edge.Bridge;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary><c>loops box.json</c>: how the loops of a running box keep their time, asked for at its broker.</summary>
internal static class LoopsVerb
{
    // A broker without users does not care, and the box shows it in no document.
    private const string AnyUser = "qmi-edge-loops";

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    public static Command Create(TypeCatalog types)
    {
        var file = BoxFile.Argument();
        var user = Text("--user", "As whom to ask; needed when the broker knows users. An observer may.");
        var password = Text("--password-file", "A file whose first line is the user's password.");
        var certificate = Text("--certificate-file", "The user's certificate, where the broker wants one; with --key-file.");
        var key = Text("--key-file", "The private key of the user's certificate.");
        var watch = new Option<bool>("--watch") { Description = "Ask again every second, until Ctrl-C." };
        var plot = Text("--plot", "An SVG file to draw the lateness of each loop into.");
        var verb = new Command("loops", "Shows how the loops of a running box keep their time.") { file, user, password, certificate, key, watch, plot };
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            new LoopsRequest
            {
                File = parsed.GetValue(file)!,
                User = parsed.GetValue(user),
                PasswordFile = parsed.GetValue(password),
                CertificateFile = parsed.GetValue(certificate),
                KeyFile = parsed.GetValue(key),
                Watch = parsed.GetValue(watch),
                Plot = parsed.GetValue(plot),
            },
            types,
            cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(LoopsRequest request, TypeCatalog types, CancellationToken cancellationToken)
    {
        if (BoxFile.TryRead(request.File, types) is not { } configuration)
            return ExitCode.InvalidConfiguration;
        if (configuration.Mqtt is not { } mqtt)
            return Refuse(ExitCode.InvalidConfiguration, $"{request.File} has no \"mqtt\": a box without a broker cannot be asked.");
        if (FindMistake(request, mqtt) is { } mistake)
            return Refuse(ExitCode.Usage, mistake);
        string[] loops = [.. configuration.Tasks.Where(task => task.Type.HasLoop).Select(task => task.Name)];
        if (loops.Length == 0)
            return Refuse(ExitCode.Failed, $"No task of box {configuration.Box} has a loop.");

        try
        {
            await using var client = await EdgeClient.ConnectAsync(Options(request, mqtt), cancellationToken).ConfigureAwait(false);
            return await ShowAsync(client, configuration.Box, loops, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is QmiException or ArgumentException || FileTrouble.Is(exception))
        {
            return Refuse(ExitCode.Failed, exception.Message);
        }
    }

    private static string? FindMistake(LoopsRequest request, MqttConfiguration mqtt)
    {
        var hasUsers = mqtt.Connection is { UserName: not null } or { Tls.CertificateFile: not null };
        if (request.User is null && (hasUsers || request.PasswordFile is not null || request.CertificateFile is not null))
            return "--user is needed: the broker knows users, and the box's own account may not ask the box.";
        if (request.CertificateFile is null != request.KeyFile is null)
            return "--certificate-file and --key-file belong together: give both or neither.";
        return request.CertificateFile is not null && mqtt.Connection.Tls is null
            ? "--certificate-file is for a broker with TLS, and box.json has no \"tls\"."
            : null;
    }

    private static EdgeClientOptions Options(LoopsRequest request, MqttConfiguration mqtt) => new()
    {
        Host = mqtt.Connection.Host,
        Port = mqtt.Connection.Port,
        UserName = request.User ?? AnyUser,
        Password = request.PasswordFile is { } file ? File.ReadLines(file).FirstOrDefault() : null,
        Tls = mqtt.Connection.Tls is { } tls ? tls with { CertificateFile = request.CertificateFile, KeyFile = request.KeyFile } : null,
        ProtocolVersion = mqtt.Connection.ProtocolVersion,
        Prefix = mqtt.Bridge.Prefix,
    };

    private static async Task<int> ShowAsync(EdgeClient client, string box, string[] loops, LoopsRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var readings = await Task.WhenAll(loops.Select(task => ReadAsync(client, box, task, cancellationToken))).ConfigureAwait(false);
            if (request.Watch && !Console.IsOutputRedirected)
                Console.Clear();
            Console.Out.Write(LoopTable.Write(readings));
            if (request.Plot is { } picture)
                await DrawAsync(picture, LatenessPlot.Draw(box, readings, TimeProvider.System.GetUtcNow()), isDrawnAgain: request.Watch, cancellationToken).ConfigureAwait(false);
            if (!request.Watch)
                return Array.TrueForAll(readings, reading => reading.Mistake is null) ? ExitCode.Ok : ExitCode.Failed;
            await Task.Delay(Pace, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task DrawAsync(string picture, string svg, bool isDrawnAgain, CancellationToken cancellationToken)
    {
        // Whoever looks while it is drawn again sees the old one, whole. Drawn once, it may go to a device as well, which nothing may take the place of.
        var file = isDrawnAgain ? picture + ".new" : picture;
        await File.WriteAllTextAsync(file, svg, cancellationToken).ConfigureAwait(false);
        if (isDrawnAgain)
            File.Move(file, picture, overwrite: true);
    }

    private static async Task<LoopReading> ReadAsync(EdgeClient client, string box, string task, CancellationToken cancellationToken)
    {
        try
        {
            var statistics = await client.GetLoopStatisticsAsync(box, task, cancellationToken).ConfigureAwait(false);
            return new LoopReading(task, statistics, statistics is null ? "The running box has a task without a loop by that name: its box.json is another." : null);
        }
        catch (QmiException exception) when (exception.Code != ErrorCode.Cancelled)
        {
            return new LoopReading(task, null, exception.Message);
        }
    }

    private static int Refuse(int exitCode, string mistake)
    {
        Console.Error.WriteLine(mistake);
        return exitCode;
    }

    private static Option<string> Text(string name, string description) => new(name) { Description = description };
}
