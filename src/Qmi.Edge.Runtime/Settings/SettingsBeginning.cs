using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// What a task's settings begin with: what was in effect last, as far as it survived and still fits; over it whatever the configuration says
/// that it did not say the last time. What was in effect unconfirmed is taken back.
/// </summary>
internal sealed class SettingsBeginning<T>(string task, DataType<T> type, Func<T>? createDefault, TaskOptions options, TimeProvider timeProvider)
{
    private readonly List<(string, AlarmSeverity, string, string)> _alarms = [];
    private SettingsState<T> _state = new();

    /// <summary>Whether it differs from what the disk has.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Whether anything was remembered.</summary>
    public bool WasRemembered { get; private set; }

    /// <summary>What somebody must look at.</summary>
    public IReadOnlyList<(string Id, AlarmSeverity Severity, string Code, string Text)> Alarms => _alarms;

    /// <param name="file">Where they are remembered; null = nowhere.</param>
    /// <exception cref="QmiException">The configured settings are wrong.</exception>
    public SettingsState<T> Load(SettingsFile? file)
    {
        var (given, hasGiven) = GetGiven();
        var loaded = file?.Load() ?? default;
        if (loaded.Damage is { } damage)
            Alarm(SettingsAlarms.Recovered(task), AlarmSeverity.Error, "SETTINGS_RECOVERED", damage + (loaded.Content is null ? $" {task} begins with what its configuration says." : ""));
        var recorded = loaded.Content is { } content ? RecordedSettings.TryRead(content) : null;
        if (recorded is not null)
            Restore(recorded, given, hasGiven, isOld: loaded.Damage is not null, () => file!.KeepAside(loaded.Content!.Value));
        else
            Begin(given, hasGiven, isLost: loaded is not { Content: null, Damage: null });
        if (loaded.Content is { } unknown && recorded is null)
            PutAside(file!, unknown);
        HasChanged |= loaded.Damage is not null || recorded is null;
        return _state;
    }

    private GivenSettings GivenNow => new(
        options.GivenSettings,
        options.GivenSettings.ValueKind == JsonValueKind.Undefined && options.InitialSettings is T given ? type.ToElement(given) : default,
        default);

    private (T? Value, bool HasValue) GetGiven()
    {
        if (options.InitialSettings is T given)
        {
            SchemaViolations.ThrowIfAny(type.Schema.Validate(type.ToElement(given)), $"Settings of {task}");
            return (given, true);
        }

        return createDefault is null ? (default, false) : (createDefault(), true);
    }

    private void Begin(T? given, bool hasGiven, bool isLost)
    {
        var head = isLost ? SettingsRevisions.AfterLoss(timeProvider.GetUtcNow()) : 0;
        var origin = new SettingsOrigin(head, isLost ? SettingsOrigin.Recovery : Caller.Local.Name, null, timeProvider.GetUtcNow());
        _state = new SettingsState<T> { Head = head, History = RevisionHistory.From(head), Given = GivenNow, Reported = hasGiven ? new SettingsEntry<T>(given!, origin) : null };
    }

    private void Restore(RecordedSettings recorded, T? given, bool hasGiven, bool isOld, Action keepAside)
    {
        WasRemembered = true;
        var fitting = new FittingEntries<T>(type, createDefault is null ? default : type.ToElement(createDefault()));
        var (reported, pending) = (fitting.Read(recorded.Reported), fitting.Read(recorded.Pending));
        var (proven, before, candidate) = (fitting.Read(recorded.Proven), fitting.Read(recorded.Before), fitting.Read(recorded.Candidate));
        _state = new SettingsState<T>
        {
            Head = recorded.Head + (isOld ? SettingsRevisions.Gap : 0),
            Reported = reported,
            Pending = pending,
            Trial = reported is not null && proven is not null && before is not null && candidate is not null ? new SettingsTrial<T>(proven, before, candidate, recorded.Failures) : null,
            Unconfirmed = recorded.Unconfirmed,
            Confirmed = recorded.Confirmed,
            History = isOld ? RevisionHistory.From(recorded.Head + SettingsRevisions.Gap) : recorded.History,
            Acks = recorded.Acks,
            Given = recorded.Given,
        };
        if (recorded.Pending is { } lost && pending is null)
            Settle(lost.Origin, SettingsAckState.Failed, new QmiException(ErrorCode.BadArgs, $"Revision {lost.Origin.Revision} does not fit the software any more: {fitting.Misfit}"));
        var fallback = before ?? proven;
        if (recorded.Reported is not null && reported is null && (fallback is not null || hasGiven))
            PutInEffect(fallback is not null ? fallback.Value : given!, carriesPending: false, SettingsOrigin.Recovery, $"revision {recorded.Reported.Origin.Revision} does not fit the software any more");
        if (fitting.Report(task) is { } report)
        {
            HasChanged = true;
            Alarm(SettingsAlarms.Unfit(task), fitting.Misfit is null ? AlarmSeverity.Warning : AlarmSeverity.Error, "SETTINGS_UNFIT", report);
            TryPutAside(keepAside);
        }

        TakeBackUnconfirmed();
        ApplyGiven(given, hasGiven);
        SettleAcks();
    }

    private void TakeBackUnconfirmed()
    {
        foreach (var waiting in _state.Unconfirmed.Reverse())
        {
            if (Newest is { } newest && SettingsTakeBack.TryUndo(waiting, newest.Value, _state.History, _state.Head, type, out var value, out _))
                PutInEffect(value, carriesPending: true, SettingsOrigin.Rollback, $"revision {waiting.Revision} was not confirmed before the restart", waiting.Origin);
            Settle(waiting.Origin, SettingsAckState.RolledBack, SettingsRefusal.NotConfirmedBeforeRestart(waiting.Origin));
        }

        _state = _state with { Unconfirmed = [] };
    }

    // Only what is said differently than the last time: what is as it was is not what the operator has just edited.
    private void ApplyGiven(T? given, bool hasGiven)
    {
        var now = GivenNow with { Constructor = _state.Given.Constructor };
        var edits = GivenEdits.Of(_state.Given.File, now.File).Concat(GivenEdits.Of(_state.Given.Program, now.Program)).ToList();
        var isSame = edits.Count == 0 && now.File.ValueKind == _state.Given.File.ValueKind && now.Program.ValueKind == _state.Given.Program.ValueKind;
        HasChanged |= !isSame;
        _state = _state with { Given = now };
        if (Newest is not { } newest)
        {
            if (hasGiven)
                PutInEffect(given!, carriesPending: true, Caller.Local.Name, null);
            return;
        }

        if (edits.Count == 0)
            return;
        var element = type.ToElement(newest.Value);
        var edited = JsonEdit.Apply(element, edits);
        if (!JsonElement.DeepEquals(element, edited))
            PutInEffect(type.Read(edited, $"Settings of {task}"), carriesPending: true, Caller.Local.Name, "the configuration was edited");
    }

    // An answer that the disk did not get is found out from what it has.
    private void SettleAcks()
    {
        foreach (var ack in _state.Acks.All.Where(ack => ack.State == SettingsAckState.Pending && ack.Revision != _state.Pending?.Revision))
        {
            var state = ack.Revision == _state.Reported?.Revision ? SettingsAckState.Applied : SettingsAckState.Superseded;
            _state = _state with { Acks = _state.Acks.With(ack with { State = state, At = timeProvider.GetUtcNow() }) };
            HasChanged = true;
        }
    }

    private SettingsEntry<T>? Newest => _state.Pending is { Origin.Terms.ArePlain: true } plain ? plain : _state.Reported;

    private void PutInEffect(T value, bool carriesPending, string by, string? note, SettingsOrigin? undone = null)
    {
        var before = carriesPending ? Newest : _state.Reported;
        _state = _state.WithoutPending(carriesPending);
        var origin = new SettingsOrigin(_state.Head + 1, by, null, timeProvider.GetUtcNow()) { Terms = new SettingsTerms { Note = note }, Undoes = undone is null ? [] : [undone] };
        var entry = new SettingsEntry<T>(value, origin);
        IReadOnlyCollection<string> paths = before is null ? [""] : JsonPointer.Differences(type.ToElement(before.Value), type.ToElement(value));
        var state = undone is null ? _state.WithAdopted(entry) : _state.WithTakenBack(entry);
        _state = state with { History = _state.History.With(entry.Revision, paths) };
        HasChanged = true;
    }

    private void Settle(SettingsOrigin origin, SettingsAckState state, QmiException error)
    {
        _state = _state with { Acks = _state.Acks.With(SettingsAck.Of(origin, state, timeProvider.GetUtcNow(), error)) };
        HasChanged = true;
    }

    private void PutAside(SettingsFile file, ReadOnlyMemory<byte> content)
    {
        Alarm(SettingsAlarms.Unfit(task), AlarmSeverity.Error, "SETTINGS_UNFIT", $"What is remembered of the settings of {task} was written by another version of the software and cannot be read: it begins with what its configuration says. It is kept as {file.AsideName}.");
        TryPutAside(() => file.KeepAside(content));
    }

    private void TryPutAside(Action keepAside)
    {
        try
        {
            keepAside();
        }
        catch (IOException exception)
        {
            Alarm(SettingsAlarms.NotSaved(task), AlarmSeverity.Error, "SETTINGS_NOT_SAVED", $"The old settings of {task} could not be kept aside ({exception.Message}).");
        }
    }

    private void Alarm(string id, AlarmSeverity severity, string code, string text) => _alarms.Add((id, severity, code, text));
}
