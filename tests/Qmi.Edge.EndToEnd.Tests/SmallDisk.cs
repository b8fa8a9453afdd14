namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>A file system of 64 MiB in memory that a test can fill. Only root can have one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _filler;

    public SmallDisk()
    {
        Folder = Directory.CreateTempSubdirectory("qmi-small-").FullName;
        _filler = Path.Combine(Folder, "filler");
        Run("mount", "-t", "tmpfs", "-o", "size=64m", "none", Folder);
    }

    public string Folder { get; }

    /// <summary>From now on nothing can be written that needs room.</summary>
    public void Fill()
    {
        using var filler = File.Open(_filler, FileMode.Append);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(block);
                filler.Flush();
            }
        }
        catch (IOException)
        {
            // It is full, as it should be.
        }
    }

    public void MakeRoom() => File.Delete(_filler);

    public void Dispose()
    {
        // What still runs there keeps nobody waiting: the folder is gone, and its memory when the last file is closed.
        Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = new ChildProcess(program, arguments);
        if (process.WaitForExit() != 0)
            throw new InvalidOperationException($"{program}: {string.Join('\n', process.Errors)}");
    }
}
