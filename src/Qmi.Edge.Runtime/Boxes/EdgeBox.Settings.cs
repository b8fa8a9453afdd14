namespace Qmi.Edge.Runtime;

/// <content>What the settings of all tasks have in common.</content>
public sealed partial class EdgeBox
{
    private SecretHashes? _secretHashes;

    /// <summary>What stands beside a secret that is not shown.</summary>
    internal SecretHashes SecretHashes => LazyInitializer.EnsureInitialized(ref _secretHashes, () => SecretHashes.Open(State?.Disk, _logger));

    internal void NotifySettingsAck(QmiTaskRunner task, SettingsAck ack)
    {
        foreach (var observer in _observers)
            observer.OnSettingsAck(task, ack);
    }
}
