using System.Runtime.CompilerServices;

namespace Qmi.Edge.Runtime;

/// <summary>A signal of an object, whatever its values are.</summary>
public abstract class Signal
{
    private protected Signal(RpcObject publisher, SignalDescription description, SignalPump pump)
    {
        (Publisher, Description, Pump) = (publisher, description, pump);
    }

    /// <summary>The object that publishes.</summary>
    public RpcObject Publisher { get; }

    /// <summary>What is known about the signal.</summary>
    public SignalDescription Description { get; }

    /// <summary>The number that the next value will have, counted from 0 since the box started.</summary>
    public abstract long NextSequence { get; }

    /// <summary>What it has published lately; null when that is not kept.</summary>
    public SignalHistory? History => Publisher.Box.Histories.Find(this);

    internal SignalPump Pump { get; }

    /// <summary>The next signal in the pump's list of those that have values.</summary>
    internal Signal? NextReady { get; set; }

    /// <summary>Opens a tap that a border reads values from as JSON.</summary>
    /// <param name="capacity">How many values wait in it at most; then the oldest are given up, and counted.</param>
    public abstract SignalTap OpenTap(int capacity = SignalReceiver.DefaultCapacity);

    /// <summary>The pump's turn: hands waiting values to the receivers, or tells those who come for them by themselves that there are some.</summary>
    internal abstract void Pumped();
}

/// <summary>A signal with values of <typeparamref name="T"/> (QMI: QMI_Signal). Publishing never blocks, and allocates nothing.</summary>
public sealed class Signal<T> : Signal, ISignalOrigin<T>
{
    private const int BatchSize = 256;

    // For each thread that delivers: the pump, and those of the borders.
    [ThreadStatic]
    private static SignalValue<T>[]? t_batch;

    private readonly Lock _gate = new();
    private readonly Lock _delivering = new();
    private readonly SignalRing<T> _ring;
    private readonly SignalNews _news = new();
    private volatile SignalReceiver<T>[] _receivers = [];
    private bool _allArePatient;
    private long _expected = -1;

    internal Signal(RpcObject publisher, SignalDescription<T> description, SignalPump pump)
        : base(publisher, description, pump)
    {
        DataType = description.DataType;
        _ring = new SignalRing<T>(description.Capacity, publisher.Box.Numbers.FirstOf(publisher, description));
    }

    /// <inheritdoc />
    public override long NextSequence => _ring.NextSequence;

    internal DataType<T> DataType { get; }

    /// <summary>Publishes a value. From any thread; the order of one thread is kept.</summary>
    /// <param name="value">The value.</param>
    /// <param name="quality">How far it can be trusted. What a simulated object publishes is <see cref="Quality.Simulated"/> in any case.</param>
    public void Publish(in T value, Quality quality = Quality.Good)
    {
        if (_receivers.Length == 0)
        {
            _ring.Skip();
            return;
        }

        if (Publisher.IsSimulated)
            quality = Quality.Simulated;
        var time = Pump.TimeProvider;
        var isFilling = _ring.Add(time.GetNanoseconds(), SignalValue<T>.Pack(time.GetUtcNow(), quality), value);
        if (_news.MustAnnounce(isFilling))
            Pump.Add(this);
    }

    /// <inheritdoc />
    public override SignalTap OpenTap(int capacity = SignalReceiver.DefaultCapacity)
    {
        var receiver = new SignalReceiver<T>(capacity, DiscardPolicy.Oldest, Pump.TimeProvider) { IsPatient = true };
        return new SignalTap<T>(this, receiver);
    }

    void ISignalOrigin<T>.Subscribe(SignalReceiver<T> receiver) => Subscribe(receiver);

    void ISignalOrigin<T>.Unsubscribe(SignalReceiver<T> receiver) => Unsubscribe(receiver);

    internal void Subscribe(SignalReceiver<T> receiver)
    {
        lock (_gate)
        {
            if (_receivers.Contains(receiver))
                return;
            _ring.Allocate();
            if (_receivers.Length == 0)
            {
                // What was published while nobody listened is not lost.
                lock (_delivering)
                    _expected = -1;
            }

            SetReceivers([.. _receivers, receiver]);
        }

        // Whoever waits for single values must not wait for those who come only now and then.
        if (!receiver.IsPatient && _news.MustAnnounceAgain())
            Pump.Add(this);
    }

    internal void Unsubscribe(SignalReceiver<T> receiver)
    {
        lock (_gate)
            SetReceivers([.. _receivers.Where(other => other != receiver)]);
    }

    internal override void Pumped()
    {
        if (Volatile.Read(ref _allArePatient) && !_ring.IsFilling)
        {
            _news.Announce();
            // Whatever changed since it was asked was not announced, since the signal was in the list: so it is asked again.
            if (Volatile.Read(ref _allArePatient) && !_ring.IsFilling)
            {
                foreach (var receiver in _receivers)
                    receiver.Added?.Invoke();
                return;
            }

            _news.Forget();
        }
        else
        {
            _news.BeginReading();
        }

        Deliver();
    }

    /// <summary>Hands waiting values to the receivers, in the calling thread.</summary>
    internal void Pull() => Deliver();

    /// <summary>The caller of <see cref="Pull"/> does not come again unless it is told.</summary>
    /// <returns>False when there are values already: then it must come.</returns>
    internal bool TryRest()
    {
        _news.Forget();
        return _ring.IsEmpty;
    }

    private void SetReceivers(SignalReceiver<T>[] receivers)
    {
        _receivers = receivers;
        Volatile.Write(ref _allArePatient, receivers.All(receiver => receiver.IsPatient));
    }

    private void Deliver()
    {
        lock (_delivering)
        {
            var batch = t_batch ??= new SignalValue<T>[BatchSize];
            int count;
            do
            {
                count = _ring.Take(batch, out var next);
                var lost = CountLost(batch.AsSpan(0, count), next);
                if (count > 0 || lost > 0)
                {
                    foreach (var receiver in _receivers)
                        receiver.Add(batch.AsSpan(0, count), lost);
                }

                if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
                    Array.Clear(batch, 0, count);
            }
            while (count == batch.Length);
        }
    }

    private long CountLost(ReadOnlySpan<SignalValue<T>> values, long next)
    {
        if (next < 0)
            return 0;
        if (_expected < 0)
            _expected = values.IsEmpty ? next : values[0].Sequence;
        var lost = next - _expected - values.Length;
        _expected = next;
        return lost;
    }
}
