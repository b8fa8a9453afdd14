using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>Publishes one signal in batches.</summary>
internal sealed class SignalPublisher : IDisposable
{
    // Lets a batch stay well below any payload limit, whatever a value is.
    private const int TapCapacity = 10_000;

    private readonly EdgeBox _box;
    private readonly SignalTap _tap;
    private readonly byte[] _topic;
    private readonly long _interval;
    private readonly Action _available;
    private int _hasValues;
    private long _due = MonotonicTime.Never;
    private long _lost;

    public SignalPublisher(Signal signal, Topics topics, BridgeOptions options, Action available)
    {
        _box = signal.Publisher.Box;
        _topic = Encoding.UTF8.GetBytes(topics.Signal(signal.Publisher, signal.Description.Name));
        _interval = MonotonicTime.ToNanoseconds(options.SignalInterval);
        _available = available;
        _tap = signal.OpenTap(TapCapacity);
        _tap.Available = OnAvailable;
    }

    /// <summary>Publishes what waits, when its time has come.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="now">Monotonic nanoseconds.</param>
    /// <param name="next">Lowered to the time at which it must be looked at again.</param>
    public void Flush(IMqttConnection connection, long now, ref long next)
    {
        if (Volatile.Read(ref _hasValues) == 0)
            return;
        if (_due == MonotonicTime.Never)
            _due = now + _interval;
        if (now < _due)
        {
            next = Math.Min(next, _due);
            return;
        }

        Volatile.Write(ref _hasValues, 0);
        _due = MonotonicTime.Never;
        while (PublishBatch(connection))
        {
        }
    }

    public void Dispose() => _tap.Dispose();

    private bool PublishBatch(IMqttConnection connection)
    {
        using var values = JsonBuffer.Rent();
        if (!_tap.TryWriteBatch(values.Writer, out var batch))
            return false;
        using var buffer = JsonBuffer.Rent();
        SignalBatchWriter.Write(buffer.Writer, _box, batch, values.Written.Span, _lost);
        var isTaken = connection.TryPublish(new MqttPublication
        {
            Topic = _topic,
            Payload = buffer.Written.Span,
            Qos = _tap.Signal.Description.Reliable ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce,
            PayloadIsUtf8 = true,
            ContentType = ContentTypes.Json,
        });
        // What the connection does not take is lost, and the next batch says so.
        _lost = isTaken ? 0 : _lost + batch.Count + batch.Lost;
        return true;
    }

    private void OnAvailable()
    {
        if (Volatile.Read(ref _hasValues) == 0 && Interlocked.Exchange(ref _hasValues, 1) == 0)
            _available();
    }
}
