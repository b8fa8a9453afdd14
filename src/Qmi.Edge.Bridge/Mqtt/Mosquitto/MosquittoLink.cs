using System.Runtime.InteropServices;
using Qmi.Edge.Runtime;
using static Qmi.Edge.Bridge.Libmosquitto;

namespace Qmi.Edge.Bridge;

/// <summary>
/// One connection from the first SYN to its end, turned by the one thread that owns it: each turn sleeps in poll until the socket, the
/// doorbell or a deadline asks for something, and does it.
/// </summary>
internal sealed unsafe class MosquittoLink : IMosquittoCallbacks, IDisposable
{
    // Keep-alive counts whole seconds, so looking at it more often gains nothing.
    private const int KeepAliveCheckMilliseconds = 1000;

    // In a TLS handshake the library does not tell whether it waits to read or to write; asking it five times a second is enough for the rare write.
    private const int HandshakeCheckMilliseconds = 200;

    // A peer that closes during the handshake stays readable for ever and the library reports success; first it may have left an alert to read.
    private const int ClosedTurnsToBelieve = 3;

    // Between so many records the socket is looked at, so that sending does not keep requests waiting.
    private const int RecordsPerTurn = 64;

    private readonly MosquittoHandle _handle;
    private readonly LinkContext _context;
    private readonly MqttProtocolVersion _version;
    private readonly ReceivedProperties _received = new();
    private readonly SeveredSocket _severed;
    private MosquittoSender? _sender;
    private DirectRecord? _direct;
    private LinkPhase _phase = LinkPhase.Reaching;
    private int _closedTurns;
    private bool _hasMore;
    private bool _mustAcknowledge;
    private long _absent;
    private long _returned;
    private long _unsentBytes;
    private (int Result, int Errno)? _closed;
    private (MqttReason Reason, string? Text)? _refusal;

    public MosquittoLink(MosquittoHandle handle, MqttProtocolVersion version, LinkContext context)
    {
        (_handle, _version, _context) = (handle, version, context);
        _severed = new SeveredSocket(handle.Socket);
        handle.Callbacks = this;
    }

    /// <summary>How it ended, or null while it has not.</summary>
    public LinkEnd? End { get; private set; }

    public MqttSession? Session { get; private set; }

    /// <summary>Nothing is left to send and no answer is awaited.</summary>
    public bool IsIdle => _context.Outbox.IsEmpty && !_handle.WantsWrite && _sender is not { IsAwaiting: true } and not { HasAnswers: true };

    public MosquittoHandle Handle => _handle;

    /// <summary>Sleeps until something is to be done or the deadline passes, and does it.</summary>
    public void Turn(long deadline)
    {
        var descriptors = stackalloc PollDescriptor[2];
        descriptors[0] = new PollDescriptor { Descriptor = _handle.Socket, Events = GetEvents() };
        descriptors[1] = new PollDescriptor { Descriptor = _context.Doorbell.Descriptor, Events = Libc.PollIn };
        _context.Doorbell.Sleep(descriptors, 2, GetTimeout(deadline));
        if ((descriptors[1].Returned & Libc.PollIn) != 0)
            _context.Doorbell.Clear();

        var returned = descriptors[0].Returned;
        NoteAbsence((returned & Libc.PollIn) != 0);
        switch (_phase)
        {
            case LinkPhase.Reaching:
                if (returned != 0)
                    LeaveReaching();
                break;
            case LinkPhase.Greeting:
                Greet(returned);
                break;
            default:
                Exchange(returned);
                break;
        }

        if (End is null)
            Acknowledge();
    }

    /// <summary>Sends at once, from inside a handler.</summary>
    /// <returns>False when others wait before it or the broker's limits do not let it go now: then it belongs into the outbox.</returns>
    public bool TrySend(in MqttPublication publication)
    {
        if (!MaySendDirectly(OutboxKind.Publish, publication.Qos, OutboxRecord.Measure(publication)))
            return false;
        SendDirectly((_direct ??= new DirectRecord()).Write(publication));
        return true;
    }

    /// <summary>The same for a subscription or the end of one.</summary>
    public bool TrySend(OutboxKind kind, string filter, MqttQos qos, byte options)
    {
        if (!MaySendDirectly(kind, qos, OutboxRecord.Measure(filter)))
            return false;
        SendDirectly((_direct ??= new DirectRecord()).Write(kind, filter, qos, options));
        return true;
    }

    /// <summary>Ends it from this side.</summary>
    public void GiveUp(MqttReason reason, string text) => End ??= new LinkEnd(reason, text)
    {
        FoundNobody = _phase == LinkPhase.Reaching,
        Domain = Libc.GetSocketOption(_handle.Socket, Libc.SocketLevel, Libc.SocketDomain),
    };

    /// <summary>Answers all that wait for an answer, after the end.</summary>
    public void AnswerAll() => _sender?.GiveUp();

    /// <summary>Ends the TCP connection under whatever the thread is doing. From any thread.</summary>
    public void Sever() => _severed.Sever();

    public void Dispose()
    {
        _handle.Dispose();
        _severed.Dispose();
        _direct?.Dispose();
    }

    void IMosquittoCallbacks.OnConnack(int code, int flags, nint properties)
    {
        if (code != 0)
        {
            _refusal = (MosquittoText.GetConnackReason(code), ConnackSession.ReadReasonString(properties));
            return;
        }

        _handle.StopLogging();
        Session = ConnackSession.Read(properties, (flags & 1) != 0, _version, _context.Number, _context.Options);
        _sender = new MosquittoSender(_handle, Session, _context);
        _context.Redeliveries.Connected(Session.SessionPresent);
        _phase = LinkPhase.Connected;
        _context.Connected(Session);
    }

    void IMosquittoCallbacks.OnClosed(int result, int errno) => _closed ??= (result, errno);

    void IMosquittoCallbacks.OnPublished(ushort messageId, int code) => _sender?.OnPublished(messageId, code);

    void IMosquittoCallbacks.OnSubscribed(ushort messageId, int code) => _sender?.OnSubscribed(messageId, code);

    void IMosquittoCallbacks.OnUnsubscribed(ushort messageId) => _sender?.OnUnsubscribed(messageId);

    void IMosquittoCallbacks.OnException(Exception exception) => _context.Logger.Defect(exception);

    void IMosquittoCallbacks.OnMessage(MosquittoMessage* message, nint properties)
    {
        try
        {
            _received.Read(properties);
            var topic = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message->Topic);
            var payload = new ReadOnlySpan<byte>(message->Payload, message->PayloadLength);
            _context.Events.OnMessage(new MqttMessage
            {
                Topic = topic,
                Payload = payload,
                Qos = (MqttQos)message->Qos,
                PacketId = (ushort)message->MessageId,
                IsRedelivery = message->Qos > 0 && _context.Redeliveries.Receive((ushort)message->MessageId, topic, payload),
                Waited = GetWaited(),
                Retain = message->Retain != 0,
                PayloadIsUtf8 = _received.PayloadIsUtf8,
                MessageExpiry = _received.MessageExpiry,
                ContentType = _received.ContentType,
                ResponseTopic = _received.ResponseTopic,
                CorrelationData = _received.CorrelationData,
                UserProperties = _received.UserProperties,
            });
        }
        finally
        {
            _received.Free();
        }
    }

    // What lies in the socket when the thread comes back is from its absence. It is read a packet a turn: until there is none, or, when more and
    // more arrives, for as long as the absence was.
    private void NoteAbsence(bool isReadable)
    {
        if (_context.Doorbell.Absence is > 0 and var absence && isReadable)
            (_absent, _returned) = (absence, _context.TimeProvider.GetNanoseconds());
        else if (!isReadable || _absent > 0 && GetPresence() > _absent)
            _absent = 0;
    }

    private long GetPresence() => _context.TimeProvider.GetNanoseconds() - _returned;

    private TimeSpan GetWaited() => _absent == 0 ? TimeSpan.Zero : MonotonicTime.FromNanoseconds(_absent + GetPresence());

    private short GetEvents() => _phase switch
    {
        LinkPhase.Reaching => Libc.PollOut,
        LinkPhase.Greeting when _context.Options.Tls is not null => Libc.PollIn | Libc.PollPeerClosed,
        _ => (short)(Libc.PollIn | (_handle.WantsWrite ? Libc.PollOut : 0)),
    };

    private int GetTimeout(long deadline)
    {
        if ((_hasMore && !_handle.WantsWrite) || _sender is { HasAnswers: true })
            return 0;

        var timeout = _context.Doorbell.GetPollTimeout(deadline);
        var check = _phase switch
        {
            LinkPhase.Reaching => -1,
            LinkPhase.Greeting => HandshakeCheckMilliseconds,
            _ => KeepAliveCheckMilliseconds,
        };
        return timeout < 0 ? check : check < 0 ? timeout : Math.Min(timeout, check);
    }

    private void LeaveReaching()
    {
        var error = Libc.GetSocketOption(_handle.Socket, Libc.SocketLevel, Libc.SocketError);
        if (error is not 0 and not Libc.ConnectionReset)
        {
            GiveUp(MqttReason.Unreachable, MosquittoText.DescribeErrno(error));
            return;
        }

        // A reset, unlike a refusal, comes from a peer that was reached and then did not like what it read.
        _phase = LinkPhase.Greeting;
        if (error != 0)
            EndBy(Result.ConnectionLost);
        else
            Greet(0);
    }

    private void Greet(short returned)
    {
        if (returned != 0 || _context.Options.Tls is not null)
            Read();
        if (End is null && _handle.WantsWrite)
            Write();
        if (End is not null || _phase != LinkPhase.Greeting || (returned & (Libc.PollPeerClosed | Libc.PollHangUp | Libc.PollError)) == 0)
            return;
        if (++_closedTurns >= ClosedTurnsToBelieve)
            EndBy(Result.ConnectionLost);
    }

    private void Exchange(short returned)
    {
        if ((returned & ~Libc.PollOut) != 0)
            Read();
        if (End is null && _handle.WantsWrite)
            Write();
        if (End is null && !_handle.WantsWrite)
        {
            _unsentBytes = 0;
            SendOutbox();
        }

        _sender!.RaiseAnswers();
        if (End is null && mosquitto_loop_misc(_handle.Pointer) is var result && result != Result.Success)
            EndBy(result);
        if (End is null && (returned & Libc.PollIn) == 0 && _sender.IsOverdue)
            GiveUp(MqttReason.KeepAliveExpired, $"the broker has answered pings but not what it was sent for {MosquittoSender.PatienceInKeepAlives} times the keep-alive");
    }

    private void Read()
    {
        var result = mosquitto_loop_read(_handle.Pointer, 1);
        if (result != Result.Success || _handle.Socket < 0)
        {
            EndBy(result);
            return;
        }

        _mustAcknowledge = true;
    }

    /// <summary>
    /// A broker without TCP_NODELAY holds its next small packet back until the last is acknowledged, which the kernel would delay by 40 ms.
    /// At the end of a turn, since whatever was written in it carried the acknowledgement already: then no packet is sent for it alone.
    /// The option lasts for about one packet, so it is set again after each.
    /// </summary>
    private void Acknowledge()
    {
        if (!_mustAcknowledge)
            return;
        _mustAcknowledge = false;
        var one = 1;
        Libc.SetSocketOption(_handle.Socket, Libc.Tcp, Libc.TcpQuickAck, &one, sizeof(int));
    }

    private void Write()
    {
        var result = mosquitto_loop_write(_handle.Pointer, 1);
        if (result != Result.Success || _handle.Socket < 0)
            EndBy(result);
    }

    private void SendOutbox()
    {
        _hasMore = false;
        var outbox = _context.Outbox;
        for (var sent = 0; sent < RecordsPerTurn; sent++)
        {
            var record = outbox.Peek();
            if (record is null || !_sender!.CanSend(record->Kind, record->Qos))
                return;

            _sender.Send(record);
            var hasRoom = outbox.Remove();
            if (_sender.BrokenBy != 0)
            {
                EndBy(_sender.BrokenBy);
                return;
            }

            if (hasRoom)
                _context.Events.OnRoom();

            // The socket takes no more: the rest waits here, where it is bounded, and not in the library, where it is not.
            if (_handle.WantsWrite)
                return;
        }

        _hasMore = true;
    }

    private bool MaySendDirectly(OutboxKind kind, MqttQos qos, int size) =>
        _phase == LinkPhase.Connected && End is null && _context.Outbox is { IsOpen: true, IsEmpty: true }
        && size <= _context.Options.OutboxBytes - _unsentBytes && _sender is { BrokenBy: 0 } sender && sender.CanSend(kind, qos);

    private void SendDirectly(OutboxRecord* record)
    {
        // Inside a callback the library only queues, until the callback has returned: that queue is bounded like the outbox.
        _unsentBytes += record->Size;
        _sender!.Send(record);
    }

    private void EndBy(int result) => End ??= LinkEnds.Create(_closed?.Result ?? result, _closed?.Errno ?? 0, new LinkEnds.Circumstances(
        _phase, _version, _refusal?.Reason, _refusal?.Text, _context.Options.Tls is not null, _handle.Complaints));
}
