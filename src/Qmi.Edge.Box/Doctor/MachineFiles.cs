using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>The files in which a machine says how it is set up.</summary>
/// <param name="root">The folder that stands for <c>/</c>.</param>
internal sealed class MachineFiles(string root = "/")
{
    /// <summary>The text of a file without the space around it; null when there is none or it may not be read.</summary>
    /// <param name="path">Without the leading slash.</param>
    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(PathOf(path)).Trim();
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return null;
        }
    }

    /// <summary>The number in a file; null when there is none.</summary>
    public long? ReadNumber(string path) => long.TryParse(Read(path), out var number) ? number : null;

    /// <summary>Whether there is such a file.</summary>
    public bool Exists(string path) => Path.Exists(PathOf(path));

    /// <summary>Whether this user may write a file. It is opened, and nothing is written.</summary>
    public bool IsWritable(string path)
    {
        try
        {
            using var file = File.OpenHandle(PathOf(path), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return true;
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return false;
        }
    }

    /// <summary>The names of the folders in a folder; none when it does not exist.</summary>
    public IReadOnlyList<string> Folders(string path, string pattern) => Directory.Exists(PathOf(path))
        ? [.. Directory.EnumerateDirectories(PathOf(path), pattern).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)]
        : [];

    private string PathOf(string path) => Path.Combine(root, path);
}
