using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <content>Settings that are in effect on trial: those that must be confirmed, and those that the task must live with.</content>
internal sealed partial class SettingsKeeper<T>
{
    private long _trialEnds = MonotonicTime.Never;
    private bool _isRunning;

    /// <summary>Makes settings stay that would be taken back.</summary>
    /// <returns>Completes when that is on the disk.</returns>
    /// <exception cref="QmiException">WRONG_STATE: they are not in effect, or were taken back.</exception>
    public async Task ConfirmAsync(long revision)
    {
        lock (_gate)
        {
            if (_state.Unconfirmed.Any(waiting => waiting.Revision == revision))
            {
                _version++;
                _state = _state.WithConfirmed(revision);
                if (_file is null)
                    Settle(_state, _version);
                Rearm();
            }
            else if (!_state.Confirmed.Contains(revision) && _state.Reported?.Revision != revision)
            {
                throw SettingsRefusal.NothingToConfirm(_owner.Name, revision, WhyNothingToConfirm(revision));
            }
        }

        try
        {
            await SavedAsync().ConfigureAwait(false);
        }
        catch (QmiException exception)
        {
            throw new QmiException(exception.Code, $"Revision {revision} is confirmed, but that could not be saved: a restart may take it back. {exception.Message}", Executed.Unknown, exception) { RetryAfter = exception.RetryAfter, Details = exception.Details };
        }
    }

    /// <summary>A run of the task begins; in its own thread, before anything else.</summary>
    public void BeginRun()
    {
        lock (_gate)
        {
            _isRunning = true;
            if (_state.Trial is not null)
                BeginTrial();
            Rearm();
        }
    }

    /// <summary>A run of the task has ended, or could not begin; before anybody can see that. What the task did before is worked out first.</summary>
    /// <returns>Whether settings were taken back because of it.</returns>
    public bool EndRun(bool hasFailed)
    {
        var hasTakenBack = false;
        try
        {
            _worker.PostAsync(() => hasTakenBack = NoteEndOfRun(hasFailed)).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            // Whatever it was, the task has ended and somebody waits to hear it.
            LogFailed(_owner.Logger, exception);
        }

        return hasTakenBack;
    }

    private bool NoteEndOfRun(bool hasFailed)
    {
        lock (_gate)
        {
            var isOnTrial = _state.Trial is not null && (!_isRunning || _timeProvider.GetNanoseconds() < _trialEnds);
            (_isRunning, _trialEnds) = (false, MonotonicTime.Never);
            Rearm();
            if (!hasFailed || !isOnTrial)
                return false;
        }

        var hasTakenBack = false;
        Change(() => hasTakenBack = CountFailure());
        return hasTakenBack;
    }

    // What follows is under the gate.
    private bool CountFailure()
    {
        if (_state.Trial is not { } trial)
            return false;
        trial = trial with { Failures = trial.Failures + 1 };
        _state = _state with { Trial = trial };
        if (trial.Failures < SettingsTrial<T>.MostFailures)
            return false;
        EndFailedTrial(trial);
        return true;
    }

    private void BeginTrial() => _trialEnds = _isRunning ? _timeProvider.GetDeadline(SettingsTrial<T>.Duration) : MonotonicTime.Never;

    private void AwaitConfirmation(SettingsEntry<T> before, SettingsEntry<T> entry)
    {
        var undo = JsonEdit.Between(_type.ToElement(entry.Value), _type.ToElement(before.Value));
        var deadline = _timeProvider.GetDeadline(entry.Origin.Terms.Confirm!.Value);
        _state = _state with { Unconfirmed = _state.Unconfirmed.Add(new UnconfirmedSettings(entry.Origin, before.Revision, [.. undo], deadline)) };
    }

    private void EndFailedTrial(SettingsTrial<T> trial)
    {
        var guilty = _state.Reported!.Origin;
        var undone = SettingsTakeBack.AppliedSince(trial.Before.Revision, _state);
        var entry = NewRollback(trial.Before.Value, [.. undone], $"{_owner.Name} failed {trial.Failures} times with revision {guilty.Revision}");
        PutInEffect(entry, carriesPending: false, state => state.WithFailedTrial(trial, entry));
        var reason = SettingsRefusal.MadeTaskFail(_owner.Name, trial.Failures, guilty.Revision);
        OweTakenBack(entry.Origin, _ => reason);
        LogTakenBack(_owner.Logger, guilty.Revision, entry.Revision, reason.Message);
        RaiseTakenBack(guilty, reason.Message);
    }

    private void TakeBack(UnconfirmedSettings waiting)
    {
        _version++;
        _state = _state with { Unconfirmed = _state.Unconfirmed.Remove(waiting) };
        var reason = SettingsRefusal.NotConfirmed(waiting.Origin);
        var newest = FindNewest().Entry!;
        if (!SettingsTakeBack.TryUndo(waiting, newest.Value, _state.History, _state.Head, _type, out var value, out var error))
        {
            RaiseNotTakenBack(newest, error);
            return;
        }

        // A task that runs, or is about to, adopts them as it adopts any. One that has ended would begin its next run with the wrong ones.
        var rollback = NewRollback(value, [waiting.Origin], $"revision {waiting.Revision} was not confirmed");
        var isInEffect = _owner.TryWhileEnded(() => PutInEffect(rollback, carriesPending: true, state => state.WithTakenBack(rollback)));
        if (isInEffect)
            OweTakenBack(rollback.Origin, static undone => SettingsRefusal.NotConfirmed(undone));
        else
            TakeIn(rollback, PathsBetween(newest, rollback));
        LogTakenBack(_owner.Logger, waiting.Revision, rollback.Revision, reason.Message);
    }

    private SettingsEntry<T> NewRollback(T value, IReadOnlyList<SettingsOrigin> undone, string note) =>
        new(value, new SettingsOrigin(Slot.TakeRevision(), SettingsOrigin.Rollback, null, _timeProvider.GetUtcNow()) { Undoes = [.. undone], Terms = new SettingsTerms { Note = note } });

    private void OweTakenBack(SettingsOrigin rollback, Func<SettingsOrigin, QmiException> reason)
    {
        foreach (var undone in rollback.Undoes)
        {
            var error = reason(undone);
            Owe(SettingsAck.Of(undone, SettingsAckState.RolledBack, _timeProvider.GetUtcNow(), error));
            _owner.Box.Audit.Write(AuditEntry.Of(_owner, "roll_back_settings", new Caller(SettingsOrigin.Rollback)) with { RequestId = undone.RequestId, Error = error.Message });
        }
    }

    private string WhyNothingToConfirm(long revision) =>
        revision > _state.Head ? "it has not been given yet"
        : (_state.Incoming.LastOrDefault() ?? _state.Pending)?.Revision == revision ? "it is not in effect yet"
        : "it is not in effect; the settings document shows what is";

    [LoggerMessage(1703, LogLevel.Warning, "Settings revision {Revision} is taken back, as revision {NewRevision}: {Reason}")]
    private static partial void LogTakenBack(ILogger logger, long revision, long newRevision, string reason);
}
