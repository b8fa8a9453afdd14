using System.Globalization;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Something that is sent until it is answered: again after a silence that doubles, and at every new connection, always with the same id, so
/// that the box does it once however often it arrives. When its time is over it is given up with what is known then.
/// </summary>
internal abstract class Delivery : IDisposable
{
    // A local network answers within milliseconds; what took a second may well be lost.
    private static readonly TimeSpan FirstSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    // The box answers at the deadline and knows more than this side: it is waited for a little longer.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly TimeSpan _timeout;
    private readonly long _deadline;
    private TaskCompletionSource<byte[]> _answer = NewAnswer();
    private QmiException? _end;
    private TimeSpan _silence = FirstSilence;
    private bool _isHanded;
    private int _sends;
    private int _lost;

    protected Delivery(ClientLink link, string box, string subject, TimeSpan timeout)
    {
        (Link, Box, Subject, Number, _timeout) = (link, box, subject, link.NextNumber(), timeout);
        Id = string.Create(CultureInfo.InvariantCulture, $"{link.Topics.Process}-{Number}");
        _deadline = link.TimeProvider.GetDeadline(timeout);
        _timer = link.TimeProvider.CreateTimer(static state => ((Delivery)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Identifies it within this process, and its publications to the connection.</summary>
    public long Number { get; }

    /// <summary>Identifies it among all requests of the caller, whichever of its processes sends them.</summary>
    public string Id { get; }

    /// <summary>To which box.</summary>
    public string Box { get; }

    /// <summary>What it is, for messages: the object and the method.</summary>
    public string Subject { get; }

    /// <summary>Whether it may have arrived: it was sent, and the broker has not said that nobody got it.</summary>
    public bool MayHaveArrived
    {
        get
        {
            lock (_gate)
                return _sends > _lost;
        }
    }

    /// <summary>What is left of its time.</summary>
    public TimeSpan Remaining => Link.TimeProvider.GetRemaining(_deadline);

    protected ClientLink Link { get; }

    /// <summary>Waits for the answer; it is sent again until then.</summary>
    /// <exception cref="QmiException">It was given up.</exception>
    public Task<byte[]> WaitAsync()
    {
        lock (_gate)
            return _answer.Task;
    }

    /// <summary>What was answered is not the answer: another one is waited for.</summary>
    public void Listen()
    {
        lock (_gate)
        {
            _answer = NewAnswer();
            if (_end is { } end)
                _answer.SetException(end);
            else
                ArmTimer();
        }
    }

    /// <summary>Sends it, or sends it again, if there is a connection that takes it; otherwise as soon as there is.</summary>
    public void Send()
    {
        lock (_gate)
        {
            if (_answer.Task.IsCompleted)
                return;
            try
            {
                _isHanded = Remaining is var left && left > TimeSpan.Zero && TryPublish(left);
            }
            catch (QmiException exception)
            {
                GiveUp(exception);
                return;
            }

            if (_isHanded && ++_sends > 1)
                Link.Counters.Repeated();
            ArmTimer();
        }
    }

    /// <summary>The connection has room: what it did not take is sent now.</summary>
    public void OnRoom()
    {
        lock (_gate)
        {
            if (!_isHanded)
                Send();
        }
    }

    /// <summary>An answer arrived; false when nobody waits for one.</summary>
    public bool OnAnswer(byte[] payload)
    {
        lock (_gate)
            return _answer.TrySetResult(payload);
    }

    /// <summary>What the broker said to the publication.</summary>
    public void OnAcknowledged(MqttReason reason)
    {
        lock (_gate)
        {
            // It was thrown away: perhaps the box comes while there is time.
            if (reason == MqttReason.NoMatchingSubscribers)
                _lost++;
            else if (reason >= MqttReason.UnspecifiedError && reason != MqttReason.ConnectionLost)
                GiveUp(Refused(reason));
        }
    }

    /// <summary>Ends the waiting for good.</summary>
    public void GiveUp(QmiException reason)
    {
        lock (_gate)
        {
            _end ??= reason;
            _answer.TrySetException(_end);
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Hands it to the connection; false when that does not take it now.</summary>
    /// <exception cref="QmiException">It will never take it.</exception>
    protected abstract bool TryPublish(TimeSpan left);

    private static TaskCompletionSource<byte[]> NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_answer.Task.IsCompleted)
                return;
            if (Remaining > TimeSpan.Zero)
            {
                _silence = _silence * 2 < LongestSilence ? _silence * 2 : LongestSilence;
                Send();
            }
            else if (Link.TimeProvider.GetRemaining(End) > TimeSpan.Zero)
            {
                ArmTimer();
            }
            else
            {
                GiveUp(NoAnswer());
            }
        }
    }

    private long End => _sends > _lost ? _deadline + MonotonicTime.ToNanoseconds(Grace) : _deadline;

    private void ArmTimer()
    {
        var left = Remaining;
        var next = left > _silence ? _silence : left > TimeSpan.Zero ? left : Link.TimeProvider.GetRemaining(End);
        _timer.Change(next, Timeout.InfiniteTimeSpan);
    }

    private QmiException NoAnswer() => (_sends, _sends > _lost) switch
    {
        (_, true) => new QmiException(ErrorCode.Timeout, $"{Box} has not answered {Subject} within {_timeout.TotalSeconds} s; whether it was done is not known.")
        {
            Details = new Dictionary<string, object?> { ["op"] = Id },
        },
        (0, _) => new QmiException(ErrorCode.Expired, $"{Subject} was not sent to {Box} within {_timeout.TotalSeconds} s: {Link.WhyNotConnected}."),
        _ => new QmiException(ErrorCode.Expired, $"{Box} was not there for {Subject} within {_timeout.TotalSeconds} s: nobody at the broker listens for its requests. Is it running, and is that its name?"),
    };

    private QmiException Refused(MqttReason reason) => reason switch
    {
        MqttReason.NotAuthorized => new QmiException(ErrorCode.Forbidden, $"The broker does not let {Link.Topics.Caller} send {Subject} to {Box}: its role does not allow it."),
        MqttReason.PacketTooLarge => new QmiException(ErrorCode.PayloadTooLarge, $"{Subject} is larger than the broker takes."),
        _ => new QmiException(ErrorCode.Expired, $"The broker refused {Subject} for {Box}: {reason.GetText()}."),
    };
}
