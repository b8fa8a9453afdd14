using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>What all tasks share, whatever their settings and status are. Derive from <see cref="QmiTask{TSettings, TStatus}"/> or <see cref="QmiLoopTask{TSettings, TStatus}"/>.</summary>
public abstract class QmiTaskBase
{
    private readonly TaskThread _thread;

    private protected QmiTaskBase(TaskInit init)
    {
        ArgumentNullException.ThrowIfNull(init);
        _thread = init.Thread;
        Runner = init.Runner;
        ThrowIfWrongThread("The constructor");
    }

    /// <summary>The task's name in the box.</summary>
    public string Name => Runner.Name;

    /// <summary>Whether the task was asked to stop (QMI: stop_requested). From any thread.</summary>
    public bool StopRequested => _thread.StopRequested;

    /// <summary>Whether what the task says is not from the real world: it said so itself, or it has read from an object or a signal that is not.</summary>
    public bool IsSimulated => Runner.IsSimulated;

    /// <summary>The task's log.</summary>
    protected ILogger Logger => Runner.Logger;

    /// <summary>The clock. Take it instead of the system's, and tests can turn it.</summary>
    protected TimeProvider TimeProvider => Runner.Box.TimeProvider;

    /// <summary>The task's signals; generated code uses it.</summary>
    protected SignalSet Signals => Runner.Signals;

    internal QmiTaskRunner Runner { get; }

    private protected TaskThread Thread => _thread;

    /// <summary>Declares that what the task says is not from the real world. Tasks that read from simulated instruments need not: it is known.</summary>
    protected void MarkSimulated() => Runner.MarkSimulated();

    /// <summary>Waits (QMI: sleep). Only from the task's own thread.</summary>
    /// <param name="duration">How long; zero only looks for a stop request.</param>
    /// <exception cref="TaskStopException">Stop was requested: let it pass.</exception>
    /// <exception cref="WrongThreadException">Called from another thread.</exception>
    protected void Sleep(TimeSpan duration)
    {
        ThrowIfWrongThread(nameof(Sleep));
        _thread.Sleep(duration);
    }

    /// <summary>
    /// Gives a sign of life. For code that works for long without sleeping, waiting or calling anything, or for a turn of a loop that may take
    /// long, so that it is not taken for hung (<see cref="TaskHealthOptions.HungAfter"/>). Only from the task's own thread.
    /// </summary>
    /// <exception cref="WrongThreadException">Called from another thread.</exception>
    protected void ReportAlive()
    {
        ThrowIfWrongThread(nameof(ReportAlive));
        _thread.Heartbeat.Beat();
        if (Runner.Loop?.Recorder is { TurnBegan: not null } turn)
            turn.BeginTurn(TimeProvider.GetNanoseconds());
    }

    /// <summary>The constructors have returned.</summary>
    internal abstract void EndConstruction();

    /// <summary>The task is about to run; in its own thread.</summary>
    internal abstract void BeginRun();

    /// <summary>Runs the task to its end.</summary>
    internal abstract TaskEnd Execute();

    private protected void ThrowIfWrongThread(string method)
    {
        if (!_thread.IsCurrent)
            throw new WrongThreadException(Name, method);
    }
}

/// <summary>How a run ended.</summary>
/// <param name="Reason">Why, when it ended normally.</param>
/// <param name="Failure">How it failed, or null.</param>
internal readonly record struct TaskEnd(StopReason Reason, TaskFailure? Failure = null);
