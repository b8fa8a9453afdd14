namespace Qmi.Edge.Runtime;

/// <summary>When a task is restarted by itself.</summary>
public enum RestartPolicy
{
    /// <summary>Never: whoever looks after the box does it.</summary>
    Never,

    /// <summary>When it has failed, in whatever phase. A task that ended by itself, was stopped, or missed a deadline under <see cref="MissedLoopPolicy.Terminate"/> has not failed.</summary>
    OnFailure,
}

/// <summary>What is done when a task fails; by default nothing.</summary>
/// <remarks>A task that hangs and is to be restarted (<see cref="HungAction.Restart"/>) is so by the same pauses and within the same limit.</remarks>
public sealed record SupervisionOptions
{
    /// <summary>When it is restarted by itself; default never.</summary>
    public RestartPolicy Restart { get; init; }

    /// <summary>The pause before the first restart, 1 ms to 1 h; each further one within <see cref="Window"/> has the double. Default 1 s.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause, no shorter than the first, up to 1 d; default 60 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many restarts are tried within <see cref="Window"/>, 1 to 1000; after that the task stays failed, with an alarm. Default 10.</summary>
    public int MaxRestarts { get; init; } = 10;

    /// <summary>For how long a restart counts, 1 s to 7 d; default 10 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    internal void ThrowIfInvalid(string task)
    {
        Check(FirstPause >= TimeSpan.FromMilliseconds(1) && FirstPause <= TimeSpan.FromHours(1), $"its first pause is {FirstPause}, allowed are 1 ms to 1 h");
        Check(LongestPause >= FirstPause && LongestPause <= TimeSpan.FromDays(1), $"its longest pause is {LongestPause}, allowed are the first pause, {FirstPause}, to 1 d");
        Check(MaxRestarts is >= 1 and <= 1000, $"it allows {MaxRestarts} restarts, allowed are 1 to 1000");
        Check(Window >= TimeSpan.FromSeconds(1) && Window <= TimeSpan.FromDays(7), $"its window is {Window}, allowed are 1 s to 7 d");

        void Check(bool isSo, string what)
        {
            if (!isSo)
                throw new QmiException(ErrorCode.BadArgs, $"The supervision of task {task} is wrong: {what}.");
        }
    }
}
