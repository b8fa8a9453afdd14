using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// Manages one task with these settings and this status (QMI: QMI_TaskRunner). Derive from it to add RPC methods, and name the class with
/// <see cref="TaskRunnerAttribute"/> on the task.
/// </summary>
public class QmiTaskRunner<TSettings, TStatus> : QmiTaskRunner
{
    private readonly TaskType<TSettings, TStatus> _type;
    private readonly SettingsIntake<TSettings> _intake;

    /// <summary>Called by the box.</summary>
    /// <param name="init">What the box tells the runner.</param>
    public QmiTaskRunner(TaskRunnerInit init)
        : base(init)
    {
        _type = (TaskType<TSettings, TStatus>)init.Type;
        var beginning = new SettingsBeginning<TSettings>(Name, _type.Settings, _type.DefaultSettings, init.Options, Box.TimeProvider);
        Settings = new SettingsKeeper<TSettings>(this, _type.Settings, beginning);
        _intake = new SettingsIntake<TSettings>(this, Settings, _type.Settings);
        SettingsUpdated = Signals.Get<TSettings>(TaskSignals.SettingsUpdated);
        StatusUpdated = Signals.Get<TStatus>(TaskSignals.StatusUpdated);
    }

    internal SettingsKeeper<TSettings> Settings { get; }

    internal Snapshot<StatusValue<TStatus>> StatusSnapshot { get; } = new(default);

    internal Signal<TSettings> SettingsUpdated { get; }

    internal Signal<TStatus> StatusUpdated { get; }

    internal TaskType<TSettings, TStatus> TaskType => _type;

    /// <summary>The task's own check of settings.</summary>
    internal Action<TSettings, SettingsErrors>? Validate
    {
        set => _intake.Validate = value;
    }

    /// <summary>Pushes settings, which take effect when the task next looks (QMI: set_settings). Checked as a whole; nothing is applied in part. Never waits for the disk.</summary>
    /// <returns>Its revision, and what will become of it.</returns>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with everything that is wrong.</exception>
    public SettingsPush SetSettings(TSettings settings) => PushSettings(settings, SettingsPusher.Local);

    /// <summary>The settings in effect (QMI: get_settings).</summary>
    /// <exception cref="QmiException">There are none yet.</exception>
    public TSettings GetSettings() => Settings.Slot.Reported is { } reported
        ? reported.Value
        : throw new QmiException(ErrorCode.WrongState, $"Task {Name} has no settings yet: give some when it is made, or push some.");

    /// <summary>The settings that wait for the task, or null (QMI: get_pending_settings).</summary>
    public TSettings? GetPendingSettings() => Settings.Slot.Waiting is { } waiting ? waiting.Value : default;

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
    public override long HeadRevision => Settings.Shown.Head;

    /// <inheritdoc />
    public override IReadOnlyList<SettingsAck> SettingsAcks => Settings.Acks;

    /// <inheritdoc />
    public override void WriteSettings(Utf8JsonWriter writer) => SettingsDocument.WriteMembers(writer, this, Settings, _type.Settings);

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
    public override SettingsPush PushSettings(SettingsPushBody body, SettingsPusher pusher) => _intake.Push(body, pusher);

    /// <inheritdoc />
    public override Task ConfirmSettingsAsync(long revision) => Settings.ConfirmAsync(revision);

    /// <inheritdoc />
    public override SettingsAck? FindSettingsAck(string caller, string requestId) => Settings.FindAck(caller, requestId);

    /// <inheritdoc />
    public override void RefuseSettings(SettingsPusher pusher, QmiException error) => Settings.NoteRefused(pusher, error);

    /// <inheritdoc />
    public override Task SettingsSavedAsync() => Settings.SavedAsync();

    internal SettingsPush PushSettings(TSettings settings, SettingsPusher pusher, long? baseRevision = null) => _intake.Push(settings, pusher, baseRevision);

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

    private protected override long NewestPushOrder => Settings.NewestOrder;

    private protected override bool EndSettingsRun(bool hasFailed) => Settings.EndRun(hasFailed);

    private protected override Task CloseSettingsKeepingAsync(TimeSpan timeout) => Settings.CloseAsync(timeout);
}
