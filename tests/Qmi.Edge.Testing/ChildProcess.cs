using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Qmi.Edge.Testing;

/// <summary>A program that a test runs and reads. It ends with the test, by its own pid and no other.</summary>
public sealed partial class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    public ChildProcess(string program, params string[] arguments)
        : this(program, null, arguments)
    {
    }

    public ChildProcess(string program, string? workingDirectory, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>How long a test waits for what must happen.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public IReadOnlyList<string> Output => [.. _output];

    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Waits for the end and returns the exit code.</summary>
    public int WaitForExit()
    {
        if (!_process.WaitForExit(Patience))
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end. It said: {string.Join('\n', Errors)}");
        // Only now are the last lines read. A grandchild that outlives the program keeps its output open: it must not keep the test.
        if (!Task.Run(_process.WaitForExit).Wait(Patience))
            throw new TimeoutException($"{_process.StartInfo.FileName} ended, but something that it started did not.");
        return _process.ExitCode;
    }

    /// <summary>Waits for a line of output or of errors.</summary>
    public string WaitForLine(string part)
    {
        string? found = null;
        if (!SpinWait.SpinUntil(() => (found = _output.Concat(_errors).FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal))) is not null || _process.HasExited, Patience) || found is null)
            throw new TimeoutException($"{_process.StartInfo.FileName} did not say \"{part}\". It said: {string.Join('\n', _output.Concat(_errors))}");
        return found;
    }

    public void Terminate() => Send(15);

    public void Interrupt() => Send(2);

    public void Kill() => Send(9);

    public void Pause() => Send(19);

    public void Continue() => Send(18);

    /// <summary>Resident memory now, in bytes.</summary>
    public long ReadResidentBytes()
    {
        var line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            // With a bound it does not wait for whoever else may hold the output open.
            _process.WaitForExit(Patience);
        }

        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    private void Send(int signal)
    {
        if (Native.Kill(Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} to {Id} failed with errno {Marshal.GetLastPInvokeError()}.");
    }

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
        public static partial int Kill(int pid, int signal);
    }
}
