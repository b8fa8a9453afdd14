using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>A background task with a thread of its own (QMI: QMI_Task).</summary>
/// <typeparam name="TSettings">What others may change: an immutable record.</typeparam>
/// <typeparam name="TStatus">What only the task changes: an immutable record; a <c>readonly record struct</c> when it changes every turn, so that nothing is allocated.</typeparam>
public abstract partial class QmiTask<TSettings, TStatus> : QmiTaskBase
{
    private readonly QmiTaskRunner<TSettings, TStatus> _runner;
    private TSettings _settings;
    private TStatus? _status;
    private bool _hasStatus;
    private bool _hasSetSettings;
    private bool _isConstructed;

    /// <summary>Called in the task's own thread.</summary>
    /// <param name="init">What the runtime tells the task.</param>
    protected QmiTask(TaskInit init)
        : base(init)
    {
        _runner = (QmiTaskRunner<TSettings, TStatus>)init.Runner;
        _settings = _runner.Settings.Slot.Reported is { } reported ? reported.Value : default!;
        _runner.Validate = Validate;
    }

    /// <summary>
    /// The settings in effect. The task may set them itself, which is a change like any other: it takes a revision, and what waits is superseded.
    /// In the constructor it is what the task begins with the first time; what <c>box.json</c> says goes before it, and a box that remembers
    /// brings back what was in effect last.
    /// </summary>
    protected TSettings Settings
    {
        get => _settings;
        set
        {
            ThrowIfWrongThread("Setting Settings");
            _settings = value;
            if (_isConstructed)
                _runner.Settings.OnSet(value);
            else
                _hasSetSettings = true;
        }
    }

    /// <summary>What the task is doing. Setting it makes it visible at once; nothing is published until <see cref="PublishStatus"/>.</summary>
    protected TStatus? Status
    {
        get => _status;
        set
        {
            ThrowIfWrongThread("Setting Status");
            (_status, _hasStatus) = (value, true);
            _runner.StatusSnapshot.Write(new StatusValue<TStatus>(true, value!, StatusQuality));
            _runner.NotifyChanged(ObjectAspect.Status);
        }
    }

    /// <summary>How far the status can be trusted, from the next time that <see cref="Status"/> is set. That of a simulated task never can.</summary>
    protected Quality StatusQuality { get; set; }

    /// <summary>The main function of the task; it runs until it returns, throws, or lets a <see cref="TaskStopException"/> pass.</summary>
    protected abstract void Run();

    /// <summary>Finds what is wrong with settings that somebody pushes, beyond what the attributes of the record say. Called in the pusher's thread: look only at <paramref name="settings"/>.</summary>
    /// <param name="settings">The settings; the attributes have accepted them.</param>
    /// <param name="errors">Add what is wrong.</param>
    protected virtual void Validate(TSettings settings, SettingsErrors errors)
    {
    }

    /// <summary>Brings the newest pushed settings into effect and publishes the settings signal (QMI: update_settings). Only from the task's own thread.</summary>
    /// <returns>Whether there were any.</returns>
    protected bool UpdateSettings()
    {
        ThrowIfWrongThread(nameof(UpdateSettings));
        if (_runner.Settings.Slot.Take() is not { } taken)
            return false;
        _settings = taken.Value;
        Confirm(taken, turn: null);
        return true;
    }

    /// <summary>Publishes the status signal.</summary>
    protected void PublishStatus()
    {
        if (_hasStatus)
            _runner.StatusUpdated.Publish(_status!, StatusQuality);
    }

    internal override void EndConstruction()
    {
        _isConstructed = true;
        if (_hasSetSettings)
            _settings = _runner.Settings.OnConstructed(_settings);
    }

    internal override void BeginRun()
    {
        // What was pushed before the start is there at the first turn, and what waited for a start before the loop is prepared.
        _runner.Settings.WaitForIncoming(Thread);
        if (_runner.Settings.Slot.Take(isStart: true) is { } taken)
        {
            _settings = taken.Value;
            Confirm(taken, turn: null);
        }

        _runner.Settings.BeginRun();
    }

    internal override TaskEnd Execute()
    {
        try
        {
            Run();
            return new TaskEnd(StopRequested ? StopReason.Requested : StopReason.Completed);
        }
        catch (TaskStopException)
        {
            LogStopped(Logger);
            return new TaskEnd(StopRequested ? StopReason.Requested : StopReason.Completed);
        }
        catch (Exception exception)
        {
            return new TaskEnd(StopReason.Completed, new TaskFailure(exception, TaskPhase.Iteration, TimeProvider.GetUtcNow()));
        }
    }

    /// <summary>For a loop: takes pushed settings, lets <paramref name="process"/> act on them, and goes back to the old ones if it throws.</summary>
    private protected void UpdateSettings(Action process, long turn)
    {
        if (_runner.Settings.Slot.Take() is not { } taken)
            return;
        var before = _settings;
        _settings = taken.Value;
        try
        {
            process();
        }
        catch (Exception exception)
        {
            _settings = before;
            var reason = exception as QmiException
                ?? new QmiException(ErrorCode.TaskError, $"{Name} could not adopt the settings: {exception.Message}", Executed.Unknown, exception);
            _runner.Settings.OnRejected(taken, reason);
            if (exception is TaskStopException)
                throw;
            LogSettingsFailed(Logger, taken.Revision, exception);
            return;
        }

        Confirm(taken, turn);
    }

    private void Confirm(PushedSettings<TSettings> taken, long? turn)
    {
        _runner.Settings.OnAdopted(taken, turn);
        _runner.SettingsUpdated.Publish(taken.Value);
    }

    [LoggerMessage(1201, LogLevel.Information, "Stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(1202, LogLevel.Warning, "Settings revision {Revision} could not be adopted; those before stay in effect")]
    private static partial void LogSettingsFailed(ILogger logger, long revision, Exception exception);
}

/// <summary>A status, or that there is none yet.</summary>
internal readonly record struct StatusValue<T>(bool HasValue, T Value, Quality Quality);
