namespace Qmi.Edge.Runtime;

/// <summary>How long to pause before the next restart, and when to give up. Restarts that are older than the window count no more.</summary>
internal sealed class RestartBackOff(SupervisionOptions options)
{
    private readonly Queue<long> _restarts = new();

    /// <summary>Takes the next restart.</summary>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <returns>The pause before it; null when there were too many.</returns>
    public TimeSpan? Next(long now)
    {
        while (_restarts.TryPeek(out var oldest) && now - oldest >= MonotonicTime.ToNanoseconds(options.Window))
            _restarts.Dequeue();
        if (_restarts.Count >= options.MaxRestarts)
            return null;
        var pause = options.FirstPause;
        for (var count = 0; count < _restarts.Count && pause < options.LongestPause; count++)
            pause *= 2;
        _restarts.Enqueue(now);
        return pause < options.LongestPause ? pause : options.LongestPause;
    }

    /// <summary>What has been does not count any more: its cause is gone.</summary>
    public void Reset() => _restarts.Clear();
}
