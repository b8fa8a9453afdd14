namespace Qmi.Edge.Runtime;

/// <summary>What is done about a task that hangs. It is an alarm in any case.</summary>
public enum HungAction
{
    /// <summary>Nothing more than the alarm.</summary>
    Report,

    /// <summary>
    /// The task is asked to stop, and built and started anew when it has ended. No thread can be ended from outside: one that does not end
    /// stays an alarm.
    /// </summary>
    Restart,

    /// <summary>The box stops in bounded time and its process ends with a code of its own, so that whatever supervises it starts it again.</summary>
    FailBox,
}

/// <summary>When a task counts as hung, and what is done then.</summary>
public sealed record TaskHealthOptions
{
    /// <summary>The shortest time that can be told from a busy machine.</summary>
    public static readonly TimeSpan MinHungAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a turn of a loop, or anything else that a task does without a sign of life, may take: 1 s or more, to the second;
    /// <see cref="Timeout.InfiniteTimeSpan"/> = any time. Null = a turn: 5 s or ten periods, whichever is longer; everything else: 60 s.
    /// </summary>
    /// <remarks>A task that sleeps, or waits for a signal, a transport, a call, a lock, is well: a stop request would end that.</remarks>
    public TimeSpan? HungAfter { get; init; }

    /// <summary>What is done then; default <see cref="HungAction.Report"/>.</summary>
    public HungAction WhenHung { get; init; }

    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    internal void ThrowIfInvalid(string task)
    {
        if (HungAfter is { } limit && limit < MinHungAfter && limit != Timeout.InfiniteTimeSpan)
            throw new QmiException(ErrorCode.BadArgs, $"Task {task} shall count as hung after {limit.TotalSeconds} s, the shortest time allowed is {MinHungAfter.TotalSeconds} s: allow more, or name an infinite time.");
    }
}
