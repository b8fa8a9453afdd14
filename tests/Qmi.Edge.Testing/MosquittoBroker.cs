using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Testing;

/// <summary>
/// A real mosquitto on a free port of the loopback, with its files in a folder of its own. It dies with the test process, however that
/// ends: the shell that starts it kills it when its standard input closes.
/// </summary>
public sealed partial class MosquittoBroker : IDisposable
{
    private const int Attempts = 5;

    // $0 is the configuration. The inner shell waits for the end of our life, the outer one for that of the broker.
    private const string Script = """
        exec 3<&0 2>/dev/null
        mosquitto -c "$0" >>broker.log 2>&1 3<&- & broker=$!
        (read -r _ <&3; kill -KILL $broker) >/dev/null 2>&1 & watcher=$!
        echo $broker
        wait $broker
        kill $watcher
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _configuration;
    private readonly Func<int, string> _listener;
    private Process? _shell;
    private int _pid;

    /// <summary>Starts a broker that takes anybody.</summary>
    /// <param name="configuration">Lines of mosquitto.conf, without the listener.</param>
    /// <param name="listener">The lines of the listener for a port; null for one on 127.0.0.1.</param>
    /// <param name="files">Files for its folder, which is its working directory: the configuration names them without a path.</param>
    public MosquittoBroker(string configuration = "allow_anonymous true", Func<int, string>? listener = null, params ReadOnlySpan<(string Name, string Content)> files)
    {
        _configuration = configuration;
        _listener = listener ?? (port => $"listener {port} 127.0.0.1");
        Folder = Directory.CreateTempSubdirectory("qmi-mosquitto-").FullName;
        foreach (var (name, content) in files)
            File.WriteAllText(GetPath(name), content);
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePort.Find();
            if (TryStart())
                return;
            if (attempt < Attempts && Log.Contains("Address already in use", StringComparison.Ordinal))
                continue;

            var log = Log;
            Dispose();
            throw new InvalidOperationException($"mosquitto does not start:\n{log}");
        }
    }

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>The port of its listener; the same after <see cref="Restart"/>.</summary>
    public int Port { get; private set; }

    /// <summary>What it logged.</summary>
    public string Log
    {
        get
        {
            var path = GetPath("broker.log");
            if (!File.Exists(path))
                return "";
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return reader.ReadToEnd();
        }
    }

    public string GetPath(string file) => Path.Combine(Folder, file);

    /// <summary>SIGTERM, and waits for the end.</summary>
    public void Stop() => End(Signals.Terminate);

    /// <summary>SIGKILL, and waits for the end.</summary>
    public void Kill() => End(Signals.Kill);

    /// <summary>SIGSTOP: the kernel goes on accepting and buffering for it, it does nothing.</summary>
    public void Pause() => Send(Signals.Stop);

    /// <summary>SIGCONT.</summary>
    public void Continue() => Send(Signals.Continue);

    /// <summary>Starts again on the same port, after <see cref="Stop"/> or <see cref="Kill"/>.</summary>
    public void Restart()
    {
        if (_shell is not null)
            throw new InvalidOperationException("The broker runs.");
        if (!TryStart())
            throw new InvalidOperationException($"mosquitto does not start again:\n{Log}");
    }

    public void Dispose()
    {
        if (_shell is not null)
            Kill();
        Directory.Delete(Folder, recursive: true);
    }

    private bool TryStart()
    {
        // As root mosquitto becomes another user, who cannot read our folder, unless it is told to stay.
        File.WriteAllText(GetPath("mosquitto.conf"), $"user {Environment.UserName}\n{_listener(Port)}\n{_configuration}\n");
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, GetPath("mosquitto.conf")])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{start.Environment["PATH"]}:/usr/sbin:/usr/local/sbin";
        _shell = Process.Start(start)!;
        _pid = int.Parse(_shell.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);

        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            if (Answers())
                return true;
            if (_shell.WaitForExit(TimeSpan.FromMilliseconds(10)))
                break;
        }

        if (!_shell.HasExited)
            Send(Signals.Kill);
        Reap();
        return false;
    }

    private bool Answers()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void End(int signal)
    {
        Send(signal);

        // A stopped process does not see SIGTERM; one that has ended does not mind.
        if (signal == Signals.Terminate)
            _ = Signals.Send(_pid, Signals.Continue);
        Reap();
    }

    private void Send(int signal)
    {
        if (_shell is not { HasExited: false } || Signals.Send(_pid, signal) != 0)
            throw new InvalidOperationException("The broker does not run.");
    }

    private void Reap()
    {
        if (!_shell!.WaitForExit(Patience))
            throw new TimeoutException("mosquitto does not end.");
        _shell.Dispose();
        _shell = null;
    }

    private static partial class Signals
    {
        public const int Kill = 9;
        public const int Terminate = 15;
        public const int Continue = 18;
        public const int Stop = 19;

        [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
        public static partial int Send(int pid, int signal);
    }
}
