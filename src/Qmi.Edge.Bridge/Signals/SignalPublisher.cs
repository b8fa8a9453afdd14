using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Makes batches of one signal, keeps them in its history, and hands them on. It comes for values now and then; between, nobody is
/// bothered by them. All but <see cref="Close"/> is for the worker's thread.
/// </summary>
internal abstract partial class SignalPublisher : IDisposable
{
    private readonly long _interval;
    private readonly SignalTap _tap;
    private readonly byte[] _topic;
    private readonly ArrayBufferWriter<byte>? _cbor;
    private int _isActive;
    private volatile bool _isFull;
    private volatile bool _isClosing;
    private bool _hasFailed;
    private long _due = MonotonicTime.Never;

    protected SignalPublisher(Signal signal, DataContext context)
    {
        (Signal, Context, History) = (signal, context, signal.History);
        _topic = Encoding.UTF8.GetBytes(context.Topics.Signal(signal.Publisher, signal.Description.Name));
        _interval = MonotonicTime.ToNanoseconds(context.Options.SignalInterval);
        _cbor = signal.Description.Binary ? new ArrayBufferWriter<byte>() : null;
        _tap = signal.OpenTap();
        FirstSequence = _tap.NextSequence;
        _tap.Available = OnAvailable;
    }

    /// <summary>The signal.</summary>
    public Signal Signal { get; }

    /// <summary>Whether its object was removed and nothing of it waits: it can be disposed of.</summary>
    public bool IsDone => _isClosing && !HasWaiting;

    /// <summary>Whether something waits for the connection.</summary>
    public abstract bool HasWaiting { get; }

    protected DataContext Context { get; }

    protected SignalHistory? History { get; }

    /// <summary>The number of the first value that it could have got.</summary>
    protected long FirstSequence { get; }

    /// <summary>Makes batches of what was published, when it is time.</summary>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="next">Lowered to the time at which it must be looked at again.</param>
    public void Flush(long now, ref long next)
    {
        if (Volatile.Read(ref _isActive) == 0 && !_isClosing)
            return;
        // All signals at the same moments: one wake-up of the worker for all of them.
        if (_due == MonotonicTime.Never)
            _due = ((now / _interval) + 1) * _interval;
        if (now >= _due || _isFull || _isClosing)
        {
            if (!TryFlushAll(now) && TryRest())
                return;
            if (now >= _due)
                _due = ((now / _interval) + 1) * _interval;
        }

        next = Math.Min(next, _due);
    }

    /// <summary>Makes batches of everything that was published.</summary>
    /// <returns>False when there was nothing.</returns>
    public bool TryFlushAll(long now)
    {
        _isFull = false;
        _tap.Pull();
        var any = false;
        try
        {
            var mostBytes = Math.Min(Context.MostBatchBytes, History?.MostBatchBytes ?? int.MaxValue);
            while (Context.Writer.TryWrite(_tap, Context.Options.SignalBatchSize, mostBytes, out var batch, out var json))
            {
                any = true;
                if (json.Length > mostBytes)
                {
                    FailOnce(new QmiException(ErrorCode.PayloadTooLarge, $"A value of {json.Length} bytes is larger than a message may be ({mostBytes}): it is lost."));
                    continue;
                }

                History?.Append(batch.First, batch.Count, json);
                Hand(batch, json, now);
                _hasFailed = false;
            }
        }
        catch (Exception exception)
        {
            // The programmer's type could not be written. What is missing will show as a gap.
            FailOnce(exception);
        }

        return any;
    }

    /// <summary>Sends what waits, as far as the connection takes it.</summary>
    public abstract void Send(long now, ref long next);

    /// <summary>The broker's word on a publication with a token.</summary>
    public virtual void OnAcknowledged(long token, MqttReason reason, long now)
    {
    }

    /// <summary>Its object was removed.</summary>
    public void Close()
    {
        _isClosing = true;
        Context.Wake();
    }

    public void Dispose() => _tap.Dispose();

    /// <summary>Sends a batch now or keeps it for later.</summary>
    protected abstract void Hand(SignalBatch batch, ReadOnlySpan<byte> json, long now);

    /// <summary>Publishes a batch.</summary>
    /// <returns>False when the connection does not take it.</returns>
    protected bool TryPublish(ReadOnlySpan<byte> json, long lost, long token = 0)
    {
        var payload = Context.Writer.Tell(json, lost);
        if (_cbor is not null)
        {
            _cbor.ResetWrittenCount();
            Cbor.WriteJson(payload, _cbor);
            payload = _cbor.WrittenSpan;
        }

        return Context.Connection.TryPublish(new MqttPublication
        {
            Topic = _topic,
            Payload = payload,
            Qos = token == 0 ? MqttQos.AtMostOnce : MqttQos.AtLeastOnce,
            Token = token,
            PayloadIsUtf8 = _cbor is null,
            ContentType = _cbor is null ? ContentTypes.Json : ContentTypes.Cbor,
        });
    }

    private bool TryRest()
    {
        if (_isClosing)
            return true;
        // Before the tap rests: what comes after is told again.
        Volatile.Write(ref _isActive, 0);
        Interlocked.MemoryBarrier();
        if (!_tap.TryRest())
        {
            Volatile.Write(ref _isActive, 1);
            return false;
        }

        _due = MonotonicTime.Never;
        return true;
    }

    private void OnAvailable()
    {
        var isNew = Volatile.Read(ref _isActive) == 0 && Interlocked.Exchange(ref _isActive, 1) == 0;
        var isFull = !_isFull && _tap.Count >= Context.Options.SignalBatchSize;
        if (isFull)
            _isFull = true;
        if (isNew || isFull)
            Context.Wake();
    }

    private void FailOnce(Exception exception)
    {
        if (_hasFailed)
            return;
        _hasFailed = true;
        LogFailed(Signal.Publisher.Logger, Signal.Description.Name, exception);
    }

    [LoggerMessage(2501, LogLevel.Error, "A value of the signal {Signal} cannot be published; it is not said again until one can")]
    private static partial void LogFailed(ILogger logger, string signal, Exception exception);
}
