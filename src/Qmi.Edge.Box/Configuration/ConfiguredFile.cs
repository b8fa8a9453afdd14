using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>The files that a configuration names, from where the configuration itself is and not from where somebody happens to stand.</summary>
internal sealed class ConfiguredFile(string configuration, Mistakes mistakes)
{
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(configuration))!;

    /// <summary>The full name of a file that need not exist; null when it is no name.</summary>
    public string? Resolve(string path, string? file)
    {
        // An empty one breaks the schema, which has told that.
        if (string.IsNullOrEmpty(file))
            return null;
        if (!file.Contains('\0'))
            return Path.GetFullPath(file, _folder);
        mistakes.Add(path, FileTrouble.Describe(file, new ArgumentException(file)));
        return null;
    }

    /// <summary>The full name of a file that can be read; null when it cannot.</summary>
    public string? Require(string path, string? file) => Read(path, file, File.OpenRead) is { } opened ? Close(opened) : null;

    /// <summary>The full name of a folder that can be written, or made; null when it cannot. Nothing is left behind, and a box that uses it is not disturbed.</summary>
    public string? RequireFolder(string path, string? folder)
    {
        if (Resolve(path, folder) is not { } full)
            return null;
        var existing = full;
        while (!Path.Exists(existing) && Path.GetDirectoryName(existing) is { } above)
            existing = above;
        if (!Directory.Exists(existing))
        {
            mistakes.Add(path, $"{existing} is a file: name a folder.");
            return null;
        }

        try
        {
            // Modes and owners do not tell all: a file system may be read-only or full.
            using var probe = new FileStream(Path.Combine(existing, $".probe-{Guid.NewGuid():n}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return full;
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            var reason = exception is UnauthorizedAccessException ? $"the user {Environment.UserName} may not write into it" : exception.Message;
            mistakes.Add(path, existing == full
                ? $"{full} cannot be written ({reason}): change its owner or its mode, or name another folder."
                : $"{full} cannot be made in {existing} ({reason}): make it and let the box write there, or name another folder.");
            return null;
        }
    }

    /// <summary>The text of a file that holds one line, for example a password; null when there is none.</summary>
    public string? ReadLine(string path, string? file)
    {
        if (Read(path, file, File.ReadAllText) is not { } text)
            return null;
        var line = text.TrimEnd('\r', '\n');
        if (line.Length == 0)
            mistakes.Add(path, $"{Resolve(path, file)} is empty: write the password into it, on one line.");
        else if (line.Contains('\n'))
            mistakes.Add(path, $"{Resolve(path, file)} has more than one line, so it is no password: write the password into it, on one line.");
        return line;
    }

    private T? Read<T>(string path, string? file, Func<string, T> read)
        where T : class
    {
        if (Resolve(path, file) is not { } full)
            return null;
        try
        {
            return read(full);
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            mistakes.Add(path, FileTrouble.Describe(full, exception));
            return null;
        }
    }

    private static string Close(FileStream opened)
    {
        opened.Dispose();
        return opened.Name;
    }
}
