namespace Qmi.Edge.Runtime;

/// <content>To the disk, and what is done and told when it is there, or when it is not.</content>
internal sealed partial class SettingsKeeper<T>
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(60);

    private TimeSpan _retry = FirstRetry;
    private long _retryAt = MonotonicTime.Never;

    private void RequestSave() => _ = _file?.RequestAsync();

    private void SaveBeginning()
    {
        try
        {
            _file?.Save(SettingsRecord.Write(_owner.Name, _state, _type));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            lock (_gate)
            {
                _savedVersion = -1;
                OnNotSaved(exception, isCertain: true);
            }
        }
    }

    // In the thread that waits for the disk.
    private void Save()
    {
        SettingsState<T> state;
        long version;
        lock (_gate)
        {
            (state, version) = (_state, _version);
            _hasUnsavedRefusals = false;
        }

        try
        {
            _file!.Save(SettingsRecord.Write(_owner.Name, state.WithIncomingAccepted(_timeProvider.GetUtcNow()), _type));
        }
        catch (Exception exception)
        {
            var isCertain = _file!.IsAsBefore();
            lock (_gate)
            {
                OnNotSaved(exception, isCertain);
                Rearm();
            }

            throw;
        }

        lock (_gate)
        {
            _savedVersion = version;
            Settle(state, version);
            (_retry, _retryAt) = (FirstRetry, MonotonicTime.Never);
            Rearm();
        }

        _owner.Box.Alarms.Clear(NotSavedAlarmId);
    }

    // Under the gate: a state is on the disk, or needs not be. The task may have what waits in it, and what is owed by then is told.
    private void Settle(SettingsState<T> state, long version)
    {
        while (_untold.TryPeek(out var next) && next.Version <= version)
            Tell(_untold.Dequeue().Ack);
        if (!state.Incoming.IsEmpty)
            AcceptIncoming(state);
        _shown = state.WithIncomingAccepted(_timeProvider.GetUtcNow());
        _owner.NotifyChanged(ObjectAspect.Settings);
    }

    private void AcceptIncoming(SettingsState<T> saved)
    {
        var arriving = saved.Incoming[^1];
        var now = _timeProvider.GetUtcNow();
        _state = _state with { Incoming = _state.Incoming.RemoveAll(entry => entry.Revision <= arriving.Revision) };
        foreach (var entry in saved.Incoming[..^1])
            Supersede(entry, now);
        if (arriving.Revision < _state.Reported?.Revision)
        {
            Supersede(arriving, now);
        }
        else
        {
            // The task may be faster, and then what it took is not superseded.
            var overwritten = Slot.Offer(_open[arriving.Revision]);
            _state = _state with { Pending = arriving };
            if (overwritten is not null)
                Supersede(overwritten.Entry, now);
            TellNow(SettingsAck.Of(arriving.Origin, SettingsAckState.Pending, now));
        }

        if (_state.Incoming.IsEmpty)
            Slot.SetIncoming(null);
    }

    private void Supersede(SettingsEntry<T> entry, DateTimeOffset now)
    {
        _state = _state.WithSuperseded(entry, now);
        Tell(SettingsAck.Of(entry.Origin, SettingsAckState.Superseded, now));
    }

    // What is on the disk stays what is. Pushes that are not there have failed, unless the box itself wants them.
    private void OnNotSaved(Exception exception, bool isCertain)
    {
        var failed = _state.Incoming;
        var wanted = failed.LastOrDefault(entry => entry.Origin.By == SettingsOrigin.Rollback);
        _state = _state with { Incoming = [] };
        Slot.SetIncoming(null);
        Slot.NoteChange();
        foreach (var entry in failed.Where(entry => entry != wanted))
            Refuse(entry, exception, isCertain);
        if (wanted is not null)
        {
            _state = _state with { Pending = wanted };
            if (Slot.Offer(_open[wanted.Revision]) is { } overwritten)
                Owe(SettingsAck.Of(overwritten.Entry.Origin, SettingsAckState.Superseded, _timeProvider.GetUtcNow()));
        }

        _retryAt = _timeProvider.GetDeadline(_retry);
        _retry = _retry * 2 < LongestRetry ? _retry * 2 : LongestRetry;
        _owner.Box.Alarms.Raise(NotSavedAlarmId, AlarmSeverity.Error, "SETTINGS_NOT_SAVED", $"The settings of {_owner.Name} cannot be saved ({exception.Message}): what is in effect would not survive a restart. Free space on the box's disk, or replace it.");
    }

    private void Refuse(SettingsEntry<T> entry, Exception exception, bool isCertain)
    {
        var error = StorageErrors.NotSaved($"Settings of {_owner.Name}", exception, isCertain ? Executed.No : Executed.Unknown);
        _state = _state with { History = _state.History.Without(entry.Revision) };
        if (_open.Remove(entry.Revision, out var pushed))
            pushed.Refuse(error);
        // Without its revision, which did not last: after a power cut it may be given to another.
        var ack = SettingsAck.Of(entry.Origin, SettingsAckState.Failed, _timeProvider.GetUtcNow(), error) with { Revision = null };
        _state = _state with { Acks = _state.Acks.With(ack) };
        Audit(entry.Origin, error);
        Announce(ack);
    }

    private void TellNow(SettingsAck ack)
    {
        _state = _state with { Acks = _state.Acks.With(ack) };
        Tell(ack);
    }

    private void Tell(SettingsAck ack)
    {
        if (ack.Revision is { } revision && _open.TryGetValue(revision, out var pushed))
        {
            if (ack.State == SettingsAckState.Pending)
                pushed.Accept();
            else if (_open.Remove(revision))
                pushed.Complete(new SettingsOutcome(ResultOf(ack.State), revision, ack.Turn, ack.Error));
        }

        if (ack is { State: SettingsAckState.Failed or SettingsAckState.Expired, Error: { } error, Revision: { } failed })
            Audit(new SettingsOrigin(failed, ack.Caller, ack.RequestId, ack.At), error);
        Announce(ack);
    }

    private void Announce(SettingsAck ack)
    {
        if (ack.IsForOutside)
            _worker.Post(() => _owner.Box.NotifySettingsAck(_owner, ack));
    }

    private void Audit(SettingsOrigin origin, QmiException error) =>
        _owner.Box.Audit.Write(AuditEntry.Of(_owner, "set_settings", new Caller(origin.By)) with { RequestId = origin.RequestId, Error = $"Revision {origin.Revision}: {error.Message}" });

    private static SettingsResult ResultOf(SettingsAckState state) => state switch
    {
        SettingsAckState.Applied => SettingsResult.Applied,
        SettingsAckState.Superseded => SettingsResult.Superseded,
        SettingsAckState.Expired => SettingsResult.Expired,
        _ => SettingsResult.Failed,
    };
}
