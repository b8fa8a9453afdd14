namespace Qmi.Edge.Runtime;

/// <summary>Tells whoever waits for a request, again and again, that it goes on.</summary>
internal sealed class ProgressReports : IDisposable
{
    private readonly JournalEntry _entry;
    private readonly RequestJournal _journal;
    private readonly ITimer _timer;

    public ProgressReports(JournalEntry entry, RequestJournal journal, TimeProvider timeProvider, TimeSpan interval)
    {
        (_entry, _journal) = (entry, journal);
        _timer = timeProvider.CreateTimer(static state => ((ProgressReports)state!).Report(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Report()
    {
        foreach (var caller in _journal.GetWaiting(_entry))
            caller.Tell(OperationMethods.Describe(_entry, isInterim: true));
    }
}
