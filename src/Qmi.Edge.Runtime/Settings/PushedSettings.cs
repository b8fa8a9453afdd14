namespace Qmi.Edge.Runtime;

/// <summary>Settings that were pushed, on their way to the task, and those who wait to hear what becomes of them.</summary>
internal sealed class PushedSettings<T>(SettingsEntry<T> entry)
{
    private readonly TaskCompletionSource _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SettingsOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SettingsEntry<T> Entry { get; } = entry;

    public T Value => Entry.Value;

    public long Revision => Entry.Revision;

    public SettingsTerms Terms => Entry.Origin.Terms;

    public SettingsPush Push => new(Revision, _accepted.Task, _outcome.Task);

    public void Accept() => _accepted.TrySetResult();

    /// <summary>It was not accepted after all: the disk did not take it.</summary>
    public void Refuse(QmiException error)
    {
        if (_accepted.TrySetException(error))
            // Whoever does not wait for the acceptance hears of it as the outcome.
            _ = _accepted.Task.Exception;
        Complete(new SettingsOutcome(SettingsResult.Failed, Revision, Error: error));
    }

    public void Complete(SettingsOutcome outcome)
    {
        _accepted.TrySetResult();
        _outcome.TrySetResult(outcome);
    }
}
