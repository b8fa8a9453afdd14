namespace Qmi.Edge.Runtime;

/// <summary>A signal as a proxy shows it (QMI: QMI_SignalSubscriber).</summary>
public readonly struct SignalSource<T>
{
    private readonly Signal<T> _signal;

    internal SignalSource(Signal<T> signal) => _signal = signal;

    /// <summary>What is known about the signal.</summary>
    public SignalDescription Description => _signal.Description;

    /// <summary>Lets <paramref name="receiver"/> receive from now on; twice is once.</summary>
    public void Subscribe(SignalReceiver<T> receiver) => _signal.Subscribe(receiver);

    /// <summary>Ends that; when it was not subscribed, nothing happens.</summary>
    public void Unsubscribe(SignalReceiver<T> receiver) => _signal.Unsubscribe(receiver);
}
