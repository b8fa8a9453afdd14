using System.Runtime.CompilerServices;

namespace Qmi.Edge.Runtime;

/// <summary>A signal of an object, whatever its values are.</summary>
public abstract class Signal
{
    private int _isQueued;

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

    internal SignalPump Pump { get; }

    /// <summary>The next signal in the pump's list of those that have values.</summary>
    internal Signal? NextReady { get; set; }

    /// <summary>Opens a tap that a border reads values from as JSON.</summary>
    public abstract SignalTap OpenTap(int capacity = SignalReceiver.DefaultCapacity);

    /// <summary>Hands waiting values to the receivers; true when there may be more.</summary>
    internal abstract bool Deliver();

    internal void ClearQueued() => Volatile.Write(ref _isQueued, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void QueueForDelivery()
    {
        if (Volatile.Read(ref _isQueued) == 0 && Interlocked.Exchange(ref _isQueued, 1) == 0)
            Pump.Add(this);
    }
}

/// <summary>A signal with values of <typeparamref name="T"/> (QMI: QMI_Signal). Publishing never blocks, and allocates nothing.</summary>
public sealed class Signal<T> : Signal, ISignalOrigin<T>
{
    private const int BatchSize = 64;

    private readonly Lock _gate = new();
    private volatile SignalReceiver<T>[] _receivers = [];
    private SignalRing<T>? _ring;
    private SignalValue<T>[]? _batch;
    private long _next;
    private long _lostReported;

    internal Signal(RpcObject publisher, SignalDescription<T> description, SignalPump pump)
        : base(publisher, description, pump)
    {
        DataType = description.DataType;
    }

    /// <inheritdoc />
    public override long NextSequence => Interlocked.Read(ref _next);

    internal DataType<T> DataType { get; }

    /// <summary>Publishes a value. From any thread; the order of one thread is kept.</summary>
    public void Publish(in T value)
    {
        var sequence = Interlocked.Increment(ref _next) - 1;
        if (_receivers.Length == 0)
            return;
        var time = Pump.TimeProvider;
        Volatile.Read(ref _ring)!.TryAdd(new SignalValue<T>(sequence, time.GetNanoseconds(), time.GetUtcNow(), value));
        QueueForDelivery();
    }

    /// <inheritdoc />
    public override SignalTap OpenTap(int capacity = SignalReceiver.DefaultCapacity)
    {
        var receiver = new SignalReceiver<T>(capacity, DiscardPolicy.Oldest, Pump.TimeProvider);
        Subscribe(receiver);
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
            _ring ??= new SignalRing<T>(Description.Capacity);
            _batch ??= new SignalValue<T>[BatchSize];
            _receivers = [.. _receivers, receiver];
        }
    }

    internal void Unsubscribe(SignalReceiver<T> receiver)
    {
        lock (_gate)
            _receivers = [.. _receivers.Where(other => other != receiver)];
    }

    internal override bool Deliver()
    {
        var ring = _ring!;
        var batch = _batch!;
        var count = 0;
        while (count < batch.Length && ring.TryTake(out batch[count]))
            count++;

        var lostTotal = ring.Lost;
        var lost = lostTotal - _lostReported;
        _lostReported = lostTotal;
        foreach (var receiver in _receivers)
            receiver.Add(batch.AsSpan(0, count), lost);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            Array.Clear(batch, 0, count);
        return count == batch.Length;
    }
}
