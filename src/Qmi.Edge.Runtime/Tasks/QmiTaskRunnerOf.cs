using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Manages one task with these settings and this status (QMI: QMI_TaskRunner). Derive from it to add RPC methods, and name the class with
/// <see cref="TaskRunnerAttribute"/> on the task.
/// </summary>
public class QmiTaskRunner<TSettings, TStatus> : QmiTaskRunner
{
    private readonly TaskType<TSettings, TStatus> _type;
    private readonly Lock _mergeGate = new();

    /// <summary>Called by the box.</summary>
    /// <param name="init">What the box tells the runner.</param>
    public QmiTaskRunner(TaskRunnerInit init)
        : base(init, TaskMethods<TSettings, TStatus>.All, TaskSignals.For((TaskType<TSettings, TStatus>)init.Type))
    {
        _type = (TaskType<TSettings, TStatus>)init.Type;
        SettingsSlot = CreateSlot(init);
        SettingsUpdated = Signals.Get<TSettings>(TaskSignals.SettingsUpdated);
        StatusUpdated = Signals.Get<TStatus>(TaskSignals.StatusUpdated);
    }

    internal SettingsSlot<TSettings> SettingsSlot { get; }

    internal Snapshot<StatusValue<TStatus>> StatusSnapshot { get; } = new(default);

    internal Signal<TSettings> SettingsUpdated { get; }

    internal Signal<TStatus> StatusUpdated { get; }

    internal TaskType<TSettings, TStatus> TaskType => _type;

    /// <summary>The task's own check of settings.</summary>
    internal Action<TSettings, SettingsErrors>? Validate { get; set; }

    /// <summary>Pushes settings, which take effect when the task next looks (QMI: set_settings). Checked as a whole; nothing is applied in part.</summary>
    /// <returns>Its revision, and what will become of it.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with everything that is wrong.</exception>
    public SettingsPush SetSettings(TSettings settings) => PushSettings(settings, Caller.Local, null, null);

    /// <summary>The settings in effect (QMI: get_settings).</summary>
    /// <exception cref="QmiException">There are none yet.</exception>
    public TSettings GetSettings() => SettingsSlot.Reported is { } reported
        ? reported.Value
        : throw new QmiException(ErrorCode.WrongState, $"Task {Name} has no settings yet: give some when it is made, or push some.");

    /// <summary>The settings that wait for the task, or null (QMI: get_pending_settings).</summary>
    public TSettings? GetPendingSettings() => SettingsSlot.Waiting is { } waiting ? waiting.Value : default;

    /// <summary>The status (QMI: get_status); the default value before the task has set one.</summary>
    public TStatus? GetStatus()
    {
        // Looked at after the reading: a value that is simulated was so before it was set.
        var value = StatusSnapshot.Read().Value;
        if (IsSimulated)
            SimulatedReading.Note();
        return value;
    }

    /// <inheritdoc />
    public override long HeadRevision => SettingsSlot.HeadRevision;

    /// <inheritdoc />
    public override void WriteSettings(Utf8JsonWriter writer) => SettingsDocument.WriteMembers(writer, SettingsSlot, _type.Settings, IsRunning);

    /// <inheritdoc />
    public override Quality StatusQuality => IsSimulated ? Quality.Simulated : StatusSnapshot.Read().Quality;

    /// <inheritdoc />
    public override void WriteStatus(Utf8JsonWriter writer)
    {
        var status = StatusSnapshot.Read();
        if (status.HasValue)
            _type.Status.Write(writer, status.Value);
        else
            writer.WriteNullValue();
    }

    /// <inheritdoc />
    public override SettingsPush PushSettings(SettingsPushBody body, Caller caller, string? requestId)
    {
        // One at a time: a merge is laid over what is newest, and must be newest itself when it is accepted.
        lock (_mergeGate)
            return PushSettings(Merge(body, caller, requestId), caller, requestId, body.BaseRevision);
    }

    private TSettings Merge(SettingsPushBody body, Caller caller, string? requestId)
    {
        var asked = body.Values;
        if (!body.Replace && TryGetNewest(out var newest))
            asked = JsonMerge.Apply(_type.Settings.ToElement(newest), body.Values);
        try
        {
            return _type.Settings.Read(asked, $"Settings of {Name}");
        }
        catch (QmiException exception)
        {
            Box.Audit.Write(AuditEntry.Of(this, "set_settings", caller) with { RequestId = requestId, New = ToAuditText(body.Values), Error = exception.Message });
            throw;
        }
    }

    /// <summary>Waits for what becomes of a push.</summary>
    internal async Task<SettingsOutcome> WaitForOutcomeAsync(SettingsPush push, long deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await push.Outcome.WaitAsync(Box.TimeProvider.GetRemaining(deadline), Box.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new QmiException(ErrorCode.Timeout, $"Task {Name} has accepted the settings as revision {push.Revision} but not looked at them yet.")
            {
                Details = new Dictionary<string, object?> { ["rev"] = push.Revision },
            };
        }
    }

    private string ToAuditText(JsonElement settings) => Secrets.ToText(settings, _type.Settings.Schema);

    private bool TryGetNewest(out TSettings newest)
    {
        // In this order: what waits may come into effect in between, but then it is in effect.
        var waiting = SettingsSlot.NotYetInEffect;
        var reported = SettingsSlot.Reported;
        newest = waiting is not null ? waiting.Value : reported is not null ? reported.Value : default!;
        return waiting is not null || reported is not null;
    }

    internal SettingsPush PushSettings(TSettings settings, Caller caller, string? requestId, long? expectedHead)
    {
        var asked = _type.Settings.ToElement(settings);
        var before = SettingsSlot.Reported is { } reported ? ToAuditText(_type.Settings.ToElement(reported.Value)) : null;
        var entry = AuditEntry.Of(this, "set_settings", caller) with { RequestId = requestId, Old = before, New = ToAuditText(asked) };
        try
        {
            SchemaViolations.ThrowIfAny(Check(settings, asked), $"Settings of {Name}");
            var push = SettingsSlot.Push(settings, caller, requestId, expectedHead);
            Box.Audit.Write(entry);
            NotifyChanged(ObjectAspect.Settings);
            return push;
        }
        catch (QmiException exception)
        {
            Box.Audit.Write(entry with { Error = exception.Message });
            throw;
        }
    }

    private IReadOnlyList<SchemaViolation> Check(TSettings settings, JsonElement asked)
    {
        var violations = _type.Settings.Schema.Validate(asked);
        if (violations.Count > 0 || Validate is not { } validate)
            return violations;
        var errors = new SettingsErrors();
        validate(settings, errors);
        return errors.Violations;
    }

    private SettingsSlot<TSettings> CreateSlot(TaskRunnerInit init)
    {
        var time = Box.TimeProvider;
        if (init.Options.InitialSettings is TSettings given)
        {
            SchemaViolations.ThrowIfAny(_type.Settings.Schema.Validate(_type.Settings.ToElement(given)), $"Settings of {Name}");
            return new SettingsSlot<TSettings>(given, true, time);
        }

        return _type.DefaultSettings is { } create
            ? new SettingsSlot<TSettings>(create(), true, time)
            : new SettingsSlot<TSettings>(default, false, time);
    }
}
