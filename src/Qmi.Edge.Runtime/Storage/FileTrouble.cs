namespace Qmi.Edge.Runtime;

/// <summary>Says why a file cannot be used, in words of whoever has to mend it.</summary>
public static class FileTrouble
{
    /// <summary>Whether reading a file throws this.</summary>
    public static bool Is(Exception exception) => exception is IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>What is the matter and what to do.</summary>
    /// <param name="file">The file.</param>
    /// <param name="exception">What reading it threw.</param>
    public static string Describe(string file, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(exception);
        return exception switch
        {
            _ when file.Length == 0 || file.Contains('\0') => $"\"{file.Replace("\0", "\\0", StringComparison.Ordinal)}\" is no file name.",
            _ when Directory.Exists(file) => $"{file} is a folder: name a file in it.",
            FileNotFoundException or DirectoryNotFoundException => $"{file} does not exist.",
            UnauthorizedAccessException => $"{file} may not be read by the user {Environment.UserName}: change its owner or its mode.",
            _ => $"{file}: {exception.Message}",
        };
    }
}
