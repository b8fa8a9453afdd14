namespace Qmi.Edge.Runtime;

/// <summary>Finds the program that keeps the machine's clock right, by the names of the processes that run.</summary>
internal sealed class TimeClientSearch(string processes = "/proc")
{
    // As the kernel shows them: cut after 15 characters.
    private static readonly (string Command, string Source)[] Clients =
    [
        ("chronyd", "chrony"),
        ("systemd-timesyn", "systemd-timesyncd"),
        ("ntpd", "ntp"),
        ("phc2sys", "ptp"),
    ];

    // Going through all processes costs milliseconds on a small machine: where there is no client, only every so many questions.
    private const int QuestionsBetweenSearches = 6;

    private string? _found;
    private int _questions;

    /// <summary>Its short name, or null when none runs that is known.</summary>
    public string? Find()
    {
        if (_found is { } folder && SourceOf(folder) is { } still)
            return still;
        _found = null;
        if (_questions++ % QuestionsBetweenSearches != 0)
            return null;
        foreach (var process in Directory.EnumerateDirectories(processes))
        {
            if (char.IsAsciiDigit(process[^1]) && SourceOf(process) is { } source)
            {
                (_found, _questions) = (process, 0);
                return source;
            }
        }

        return null;
    }

    private static string? SourceOf(string process)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(process, "comm")).TrimEnd('\n');
            return Array.Find(Clients, client => client.Command == command).Source;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It has ended, or may not be seen.
            return null;
        }
    }
}
