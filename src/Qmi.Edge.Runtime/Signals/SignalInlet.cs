using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The other end of a <see cref="SignalTap"/>: a border brings batches of JSON from a signal of another process, and receivers here get the
/// values.
/// </summary>
public abstract class SignalInlet
{
    private protected SignalInlet(SignalDescription description) => Description = description;

    /// <summary>What is known about the signal.</summary>
    public SignalDescription Description { get; }

    /// <summary>Whether anybody receives.</summary>
    public abstract bool HasReceivers { get; }

    /// <summary>Whether a receiver wants that what is missing is fetched from the publisher's history before what comes behind it is handed on.</summary>
    public abstract bool WantsRefill { get; }

    /// <summary>Hands a batch to the receivers. One batch at a time.</summary>
    /// <param name="values">The values as one JSON array.</param>
    /// <param name="batch">What is known about them.</param>
    /// <param name="lost">How many values are missing between the last batch and this one.</param>
    /// <exception cref="JsonException">The values are not those of the signal; no receiver gets any of them.</exception>
    public abstract void Add(ReadOnlySpan<byte> values, in SignalBatch batch, long lost);
}

/// <summary>A signal of another process with values of <typeparamref name="T"/>.</summary>
/// <param name="description">What is known about the signal.</param>
/// <param name="timeProvider">The clock of this process.</param>
/// <param name="wanted">Called when the first receiver comes or the last one goes; must not block.</param>
public sealed class SignalInlet<T>(SignalDescription<T> description, TimeProvider timeProvider, Action wanted) : SignalInlet(description), ISignalOrigin<T>
{
    private readonly Lock _gate = new();
    private volatile SignalReceiver<T>[] _receivers = [];
    private SignalValue<T>[] _values = [];

    /// <inheritdoc />
    public override bool HasReceivers => _receivers.Length > 0;

    /// <inheritdoc />
    public override bool WantsRefill => Array.Exists(_receivers, static receiver => receiver.Refills);

    /// <inheritdoc />
    public override void Add(ReadOnlySpan<byte> values, in SignalBatch batch, long lost)
    {
        if (_values.Length < batch.Count)
            _values = new SignalValue<T>[batch.Count];
        var read = _values.AsSpan(0, batch.Count);
        Read(values, batch, read);
        foreach (var receiver in _receivers)
            receiver.Add(read, lost);
        read.Clear();
    }

    void ISignalOrigin<T>.Subscribe(SignalReceiver<T> receiver)
    {
        lock (_gate)
        {
            if (_receivers.Contains(receiver))
                return;
            _receivers = [.. _receivers, receiver];
            if (_receivers.Length > 1)
                return;
        }

        wanted();
    }

    void ISignalOrigin<T>.Unsubscribe(SignalReceiver<T> receiver)
    {
        lock (_gate)
        {
            if (!_receivers.Contains(receiver))
                return;
            _receivers = [.. _receivers.Where(other => other != receiver)];
            if (_receivers.Length > 0)
                return;
        }

        wanted();
    }

    private void Read(ReadOnlySpan<byte> values, in SignalBatch batch, Span<SignalValue<T>> read)
    {
        var reader = new Utf8JsonReader(values, new JsonReaderOptions { MaxDepth = JsonStyle.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("The values of a batch are an array.");
        var offsets = batch.Offsets.Span;
        // The publisher's monotonic clock is not ours: the last value of a batch counts as having come just now.
        var now = timeProvider.GetNanoseconds();
        for (var index = 0; index < read.Length; index++)
        {
            if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
                throw new JsonException($"A batch of {read.Length} values has only {index}.");
            var value = description.DataType.ReadValue(ref reader);
            read[index] = new SignalValue<T>(batch.First + index, now - ((offsets[^1] - offsets[index]) * 1000), batch.Time + TimeSpan.FromMicroseconds(offsets[index]), value, batch.Quality);
        }
    }
}
