namespace Qmi.Edge.Runtime;

/// <summary>Which value a full <see cref="SignalReceiver{T}"/> gives up.</summary>
public enum DiscardPolicy
{
    /// <summary>The oldest in the queue (QMI: DISCARD_OLD).</summary>
    Oldest,

    /// <summary>The arriving one (QMI: DISCARD_NEW).</summary>
    Newest,
}

/// <summary>What all receivers share.</summary>
public abstract class SignalReceiver
{
    /// <summary>How many values a receiver keeps unless it is told otherwise, as in QMI.</summary>
    public const int DefaultCapacity = 10_000;

    private protected SignalReceiver()
    {
    }
}

/// <summary>A bounded queue of received values (QMI: QMI_SignalReceiver). It counts what it lost.</summary>
public sealed class SignalReceiver<T> : SignalReceiver
{
    private const int FirstSize = 16;

    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly int _capacity;
    private readonly DiscardPolicy _discardPolicy;
    private SignalValue<T>[] _values = [];
    private int _first;
    private int _count;
    private long _lost;
    private Parker? _waiting;
    private TaskCompletionSource? _available;

    /// <summary>An empty receiver, not yet subscribed to anything.</summary>
    /// <param name="capacity">How many values it keeps, 1 or more.</param>
    /// <param name="discardPolicy">Which value it gives up when it is full.</param>
    /// <param name="timeProvider">The clock of its timeouts; null = the system's.</param>
    public SignalReceiver(int capacity = DefaultCapacity, DiscardPolicy discardPolicy = DiscardPolicy.Oldest, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (_capacity, _discardPolicy, _timeProvider) = (capacity, discardPolicy, timeProvider ?? TimeProvider.System);
    }

    /// <summary>
    /// Whether values that were lost on the way from another process are fetched again from the history of their box, as far as it still has them:
    /// what comes behind them waits meanwhile, for all receivers of the signal in this process. A gap comes all at once, so the receiver needs a
    /// capacity for it. What is lost in this process, because the receiver was full, is lost. Default false.
    /// </summary>
    public bool Refills { get; init; }

    /// <summary>How many values wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>How many values were lost so far, here or on the way here.</summary>
    public long Lost
    {
        get
        {
            lock (_gate)
                return _lost;
        }
    }

    /// <summary>Takes the oldest value, if there is one.</summary>
    public bool TryGetNextSignal(out SignalValue<T> value)
    {
        bool taken;
        lock (_gate)
            taken = TryTake(out value);
        if (taken && value.Quality == Quality.Simulated)
            SimulatedReading.Note();
        return taken;
    }

    /// <summary>Takes the oldest value, waiting for one if need be (QMI: get_next_signal).</summary>
    /// <param name="timeout">How long to wait; zero = not at all; <see cref="Timeout.InfiniteTimeSpan"/> = for ever.</param>
    /// <exception cref="TimeoutException">None came in time.</exception>
    /// <exception cref="TaskStopException">The task on this thread was asked to stop.</exception>
    public SignalValue<T> GetNextSignal(TimeSpan timeout)
    {
        var parker = Parker.ForCurrentThread(_timeProvider);
        var deadline = Math.Min(_timeProvider.GetDeadline(timeout), Interruption.Deadline);
        while (true)
        {
            Interruption.ThrowIfRequested();
            if (TryTakeOrWait(parker, out var value))
            {
                if (value.Quality == Quality.Simulated)
                    SimulatedReading.Note();
                return value;
            }

            if (_timeProvider.GetNanoseconds() >= deadline)
                throw new TimeoutException($"No signal came within {timeout}.");
            parker.Park(deadline);
        }
    }

    /// <summary>All values, as they come, until cancelled.</summary>
    public async IAsyncEnumerable<SignalValue<T>> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task available;
            SignalValue<T> value;
            bool taken;
            lock (_gate)
            {
                taken = TryTake(out value);
                available = taken ? Task.CompletedTask : (_available ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            if (taken)
                yield return value;
            else
                await available.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Throws away what waits (QMI: discard_all).</summary>
    public void DiscardAll()
    {
        lock (_gate)
        {
            Array.Clear(_values);
            (_first, _count) = (0, 0);
        }
    }

    internal int TakeMany(Span<SignalValue<T>> values)
    {
        lock (_gate)
        {
            var count = 0;
            while (count < values.Length && TryTake(out values[count]))
                count++;
            return count;
        }
    }

    /// <summary>Called by the pump when values were added, or wait to be pulled; must not block.</summary>
    internal Action? Added { get; set; }

    /// <summary>Whether its owner comes now and then and pulls all there is, instead of waiting for single values.</summary>
    internal bool IsPatient { get; init; }

    internal void Add(ReadOnlySpan<SignalValue<T>> values, long lostOnTheWay)
    {
        Parker? waiting;
        TaskCompletionSource? available;
        lock (_gate)
        {
            _lost += lostOnTheWay;
            foreach (ref readonly var value in values)
                AddOne(value);
            (waiting, available) = (_waiting, _available);
            _available = null;
        }

        waiting?.Unpark();
        available?.TrySetResult();
        Added?.Invoke();
    }

    private bool TryTakeOrWait(Parker parker, out SignalValue<T> value)
    {
        lock (_gate)
        {
            var taken = TryTake(out value);
            _waiting = taken ? null : parker;
            return taken;
        }
    }

    private void AddOne(in SignalValue<T> value)
    {
        if (_count == _capacity)
        {
            _lost++;
            if (_discardPolicy == DiscardPolicy.Newest)
                return;
            _first = Next(_first);
            _count--;
        }
        else if (_count == _values.Length)
        {
            Grow();
        }

        var end = _first + _count;
        _values[end < _values.Length ? end : end - _values.Length] = value;
        _count++;
    }

    // Once for every value: a comparison instead of a division.
    private int Next(int index) => index + 1 < _values.Length ? index + 1 : 0;

    private void Grow()
    {
        var larger = new SignalValue<T>[Math.Min(_capacity, Math.Max(FirstSize, _values.Length * 2))];
        for (var index = 0; index < _count; index++)
            larger[index] = _values[(_first + index) % _values.Length];
        (_values, _first) = (larger, 0);
    }

    private bool TryTake(out SignalValue<T> value)
    {
        if (_count == 0)
        {
            value = default;
            return false;
        }

        value = _values[_first];
        if (System.Runtime.CompilerServices.RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            _values[_first] = default;
        _first = Next(_first);
        _count--;
        return true;
    }
}
