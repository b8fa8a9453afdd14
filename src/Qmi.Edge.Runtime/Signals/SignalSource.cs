namespace Qmi.Edge.Runtime;

/// <summary>A signal as a proxy shows it (QMI: QMI_SignalSubscriber).</summary>
public readonly struct SignalSource<T>
{
    private readonly ISignalOrigin<T> _origin;

    internal SignalSource(ISignalOrigin<T> origin) => _origin = origin;

    /// <summary>What is known about the signal.</summary>
    public SignalDescription Description => _origin.Description;

    /// <summary>Lets <paramref name="receiver"/> receive from now on; twice is once.</summary>
    public void Subscribe(SignalReceiver<T> receiver) => _origin.Subscribe(receiver);

    /// <summary>Ends that; when it was not subscribed, nothing happens.</summary>
    public void Unsubscribe(SignalReceiver<T> receiver) => _origin.Unsubscribe(receiver);

    /// <summary>All values from now on, in order, each with how many were lost before it. Subscribed as long as it is enumerated.</summary>
    /// <param name="capacity">How many values wait for the reader at most.</param>
    /// <param name="discardPolicy">Which value is given up when more would.</param>
    /// <param name="refills">Whether what is lost on the way from another process is fetched again: see <see cref="SignalReceiver{T}.Refills"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<ReceivedSignal<T>> ReadAllAsync(
        int capacity = SignalReceiver.DefaultCapacity,
        DiscardPolicy discardPolicy = DiscardPolicy.Oldest,
        bool refills = false,
        CancellationToken cancellationToken = default) =>
        SignalReading.ReadAllAsync(_origin, new SignalReceiver<T>(capacity, discardPolicy) { Refills = refills }, cancellationToken);
}

/// <summary>Where the values of a signal come from: its publisher in this process, or the border to another one.</summary>
internal interface ISignalOrigin<T>
{
    SignalDescription Description { get; }

    void Subscribe(SignalReceiver<T> receiver);

    void Unsubscribe(SignalReceiver<T> receiver);
}
