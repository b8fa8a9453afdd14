using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// A stream of bytes to an instrument (QMI: QMI_Transport). Synchronous on purpose: instrument code is plain C#, and every wait ends with the
/// given timeout, with the stop of the task or the cancellation of the call on this thread, and with <see cref="Close"/>.
/// </summary>
/// <remarks>
/// One thread at a time; a second one is refused rather than given half of the first one's reply. Only <see cref="Close"/> and
/// <see cref="DescribeExchanges"/> may be called from anywhere. What needs no wait is done even when a stop is requested.
/// In steady state nothing allocates. A timeout of <see cref="Timeout.InfiniteTimeSpan"/> is QMI's <c>None</c>; zero takes what is there.
/// </remarks>
public abstract class QmiTransport : IDisposable
{
    /// <summary>What <see cref="Receive"/> and <see cref="Send"/> return when their wait ended before anything moved.</summary>
    protected const int WaitEnded = -1;

    private const string CheckInstrument = "Check that the instrument is on and answers this request, or raise the timeout.";

    private readonly Lock _gate = new();
    private readonly ReceiveBuffer _received = new();
    private readonly ExchangeLog _exchanges;
    private int _inHand;
    private volatile bool _isOpen;
    private volatile bool _isClosing;
    private volatile bool _isDisposed;

    /// <summary>A transport that is not open yet.</summary>
    /// <param name="name">The descriptor: how errors call it.</param>
    /// <param name="timeProvider">The clock of every wait; null for the system's.</param>
    protected QmiTransport(string name, TimeProvider? timeProvider)
    {
        Name = name;
        Clock = timeProvider ?? TimeProvider.System;
        _exchanges = new ExchangeLog(Clock);
    }

    /// <summary>The descriptor, for example <c>tcp:10.0.0.5:5025</c>.</summary>
    public string Name { get; }

    /// <summary>True from a successful <see cref="Open"/> to <see cref="Close"/>, also when the other end has gone meanwhile.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>The longest wait for the other end to take what is written. Default 10 s; more than zero, or infinite.</summary>
    public TimeSpan WriteTimeout
    {
        get;
        set => field = value > TimeSpan.Zero || value == Timeout.InfiniteTimeSpan ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "More than zero, or infinite.");
    } = TimeSpan.FromSeconds(10);

    /// <summary>The most bytes that <see cref="ReadUntil"/> collects while it looks for the terminator. Default 1 MiB; at least 1.</summary>
    public int MaxReplyLength
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 1 << 20;

    /// <summary>The clock of every wait.</summary>
    protected internal TimeProvider Clock { get; }

    /// <summary>How long <see cref="Open"/> may take.</summary>
    protected abstract TimeSpan OpenTimeout { get; }

    /// <summary>Connects (QMI: open). A closed transport may be opened again (QMI: never).</summary>
    /// <exception cref="QmiException">WRONG_STATE: already open.</exception>
    /// <exception cref="ObjectDisposedException">It was closed for good.</exception>
    /// <exception cref="TransportException">The instrument cannot be reached; nothing happened.</exception>
    /// <exception cref="TransportTimeoutException">It did not answer in time.</exception>
    public void Open()
    {
        using var turn = TakeTurn();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isOpen)
            throw new QmiException(ErrorCode.WrongState, $"{Name} is already open. Close it before it is opened again.");

        Interruption.ThrowIfRequested();
        _received.Clear();
        OpenTransport(BeginWait(OpenTimeout));
        _isOpen = true;
    }

    /// <summary>
    /// Disconnects, drops what was received, and ends a wait that another thread is in (QMI: close). On a closed transport it does nothing (QMI: an error).
    /// </summary>
    public void Close()
    {
        _isClosing = true;
        InterruptWait();
        lock (_gate)
        {
            _isClosing = false;
            if (!_isOpen)
                return;
            _isOpen = false;
            _received.Clear();
            CloseTransport();
        }
    }

    /// <summary>Sends all bytes (QMI: write); returns when the system has taken them. Bounded by <see cref="WriteTimeout"/>.</summary>
    /// <param name="data">The bytes, terminator included.</param>
    /// <exception cref="TransportTimeoutException">The other end took too little in time; the message says how many bytes went out.</exception>
    /// <exception cref="TransportClosedException">The other end has gone.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        using var turn = TakeOpenTurn();
        var wait = BeginWait(WriteTimeout);
        var sent = 0;
        while (sent < data.Length)
        {
            var count = Send(data[sent..], wait.Deadline);
            if (count > 0)
            {
                _exchanges.Record(sent: true, data.Slice(sent, count));
                sent += count;
            }
            else if (IsOver(wait))
            {
                throw new TransportTimeoutException(this, $"the instrument took only {sent} of {data.Length} bytes {Within(wait)}. Check flow control and whether it still runs.", wait, _received.Count);
            }
        }
    }

    /// <summary>Fills <paramref name="destination"/> (QMI: read). When that fails, what was received is kept for the next read.</summary>
    /// <param name="destination">As many bytes as are wanted.</param>
    /// <param name="timeout">For all of them.</param>
    /// <exception cref="TransportTimeoutException">Fewer bytes came in time.</exception>
    /// <exception cref="TransportClosedException">The other end has gone, and fewer bytes are there.</exception>
    public void Read(Span<byte> destination, TimeSpan timeout)
    {
        using var turn = TakeOpenTurn();
        var wait = BeginWait(timeout);
        _inHand = _received.TakeInto(destination);
        try
        {
            while (_inHand < destination.Length)
            {
                // Straight into the caller's memory: a waveform of megabytes is copied once.
                var count = Receive(destination[_inHand..], wait.Deadline);
                if (count > 0)
                    _exchanges.Record(sent: false, destination.Slice(_inHand, count));
                _inHand += Math.Max(count, 0);
                if (count == 0)
                    throw Gone("the other end closed the connection");
                if (_inHand < destination.Length && IsOverAfter(count, wait))
                    throw new TransportTimeoutException(this, $"{_inHand} of {destination.Length} bytes came {Within(wait)}; they are kept. {CheckInstrument}", wait, _inHand);
            }
        }
        catch
        {
            _received.PutBack(destination[.._inHand]);
            throw;
        }
        finally
        {
            _inHand = 0;
        }
    }

    /// <summary>Reads <paramref name="count"/> bytes into a new array (QMI: read). See <see cref="Read(Span{byte}, TimeSpan)"/> for errors.</summary>
    public byte[] Read(int count, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var bytes = new byte[count];
        Read(bytes, timeout);
        return bytes;
    }

    /// <summary>Reads up to and including <paramref name="terminator"/> (QMI: read_until).</summary>
    /// <param name="terminator">One byte or more.</param>
    /// <param name="timeout">For the whole message.</param>
    /// <returns>The message with its terminator, in the transport's own memory: valid until the next call on this transport.</returns>
    /// <exception cref="TransportTimeoutException">The terminator did not come in time; what came is kept.</exception>
    /// <exception cref="TransportClosedException">The other end has gone; what came is kept.</exception>
    /// <exception cref="TransportOverflowException">Too many bytes came without it.</exception>
    public ReadOnlySpan<byte> ReadUntil(ReadOnlySpan<byte> terminator, TimeSpan timeout)
    {
        if (terminator.IsEmpty)
            throw new ArgumentException("A terminator has at least one byte.", nameof(terminator));

        using var turn = TakeOpenTurn();
        var wait = BeginWait(timeout);
        var searched = 0;
        while (true)
        {
            var pending = _received.Pending;
            var index = pending[searched..].IndexOf(terminator);
            if (index >= 0)
                return _received.Take(searched + index + terminator.Length);
            if (pending.Length >= MaxReplyLength)
                throw new TransportOverflowException(this, pending.Length);
            if (searched > 0 && IsOverAfter(received: 1, wait))
                throw NoTerminator(terminator, wait);

            // The terminator may begin in what is there and end in what comes.
            searched = Math.Max(0, pending.Length - terminator.Length + 1);
            while (ReceiveMore(wait) == WaitEnded)
            {
                if (IsOver(wait))
                    throw NoTerminator(terminator, wait);
            }
        }
    }

    /// <summary>Reads what comes until <paramref name="destination"/> is full or the timeout passes, whichever is first (QMI: read_until_timeout).</summary>
    /// <returns>How many bytes came; zero when none did. After the other end has closed: what was left.</returns>
    /// <exception cref="TransportClosedException">The other end has gone and nothing is left.</exception>
    /// <exception cref="TransportTimeoutException">The deadline of the call came before the timeout; what came is kept.</exception>
    public int ReadUntilTimeout(Span<byte> destination, TimeSpan timeout)
    {
        using var turn = TakeOpenTurn();
        var wait = BeginWait(timeout);
        while (_received.Count < destination.Length)
        {
            var count = ReceiveMore(wait, endIsError: _received.Count == 0);
            if (count == 0)
                break;
            if (!IsOverAfter(count, wait))
                continue;
            if (wait.IsCutByCall)
                throw new TransportTimeoutException(this, $"the call ended {Within(wait)}; {_received.Count} bytes are kept.", wait, _received.Count);
            break;
        }

        return _received.TakeInto(destination);
    }

    /// <summary>Drops every byte that has been received by now, without waiting (QMI: discard_read).</summary>
    /// <returns>How many bytes were dropped.</returns>
    public int DiscardRead()
    {
        using var turn = TakeOpenTurn();
        var dropped = 0;
        while (true)
        {
            dropped += _received.Count;
            _received.Clear();

            // An instrument that talks without pause must not hold the caller for ever.
            if (dropped >= MaxReplyLength || ReceiveMore(BeginWait(TimeSpan.Zero), endIsError: false) <= 0)
                return dropped;
        }
    }

    /// <summary>The last exchanges, oldest first, one line each: seconds before now, <c>&gt;</c> sent or <c>&lt;</c> received, the bytes.</summary>
    public string DescribeExchanges() => _exchanges.Describe();

    /// <summary>Closes, for good.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Close();
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Connects, or throws and leaves nothing behind. Between waits it calls <see cref="IsOver"/>.</summary>
    protected abstract void OpenTransport(in TransportWait wait);

    /// <summary>Disconnects.</summary>
    protected abstract void CloseTransport();

    /// <summary>Waits for bytes and reads what is there, at most the size of <paramref name="buffer"/>.</summary>
    /// <returns>More than zero: bytes. Zero: the other end has closed. <see cref="WaitEnded"/>: the deadline, or <see cref="InterruptWait"/>, or no reason at all.</returns>
    protected abstract int Receive(Span<byte> buffer, long deadline);

    /// <summary>Waits until some of <paramref name="data"/> can be sent, and sends it.</summary>
    /// <returns>How many bytes, or <see cref="WaitEnded"/>.</returns>
    protected abstract int Send(ReadOnlySpan<byte> data, long deadline);

    /// <summary>Ends the wait that this transport is in, or its next one. From any thread. Waits also end with <see cref="Interruption.Token"/>.</summary>
    protected abstract void InterruptWait();

    /// <summary>Frees what <see cref="CloseTransport"/> keeps for the next <see cref="Open"/>.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>After a wait that ended: whether the time is up. Throws when the task is to stop, the call was cancelled, or another thread closes the transport.</summary>
    protected bool IsOver(in TransportWait wait)
    {
        Interruption.ThrowIfRequested();
        if (_isClosing)
            throw new QmiException(ErrorCode.WrongState, $"{Name} was closed by another thread while this one was using it.");
        return Clock.GetNanoseconds() >= wait.Deadline;
    }

    /// <summary>The error for an end that went away, to be thrown by <see cref="Receive"/> and <see cref="Send"/>.</summary>
    protected TransportClosedException Gone(string how) =>
        new(this, $"{how}; {_received.Count + _inHand} bytes received before are kept. Close and Open connect again.", _received.Count + _inHand);

    /// <summary>For messages: within which time something did not happen, and who set it.</summary>
    protected static string Within(in TransportWait wait) =>
        wait.IsCutByCall ? "before the deadline of the call" : FormattableString.Invariant($"within {wait.Timeout.TotalSeconds:0.###} s");

    // After bytes came, only a real timeout ends the operation: with a timeout of zero all that is there is taken.
    private bool IsOverAfter(int received, in TransportWait wait) => (received <= 0 || wait.Timeout != TimeSpan.Zero) && IsOver(wait);

    private int ReceiveMore(in TransportWait wait, bool endIsError = true)
    {
        var room = _received.GetRoom();
        var count = Receive(room, wait.Deadline);
        if (count > 0)
        {
            _exchanges.Record(sent: false, room[..count]);
            _received.Added(count);
        }

        return count == 0 && endIsError ? throw Gone("the other end closed the connection") : count;
    }

    private TransportWait BeginWait(TimeSpan timeout)
    {
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "Zero or more, or infinite.");

        var own = Clock.GetDeadline(timeout);
        var call = Interruption.Deadline;
        return new TransportWait(Math.Min(own, call), timeout, call < own);
    }

    private TransportTimeoutException NoTerminator(ReadOnlySpan<byte> terminator, in TransportWait wait) =>
        new(this, $"no terminator {ByteText.Quote(terminator)} came {Within(wait)}; {DescribeKept()}. {CheckInstrument}", wait, _received.Count);

    private string DescribeKept() => _received.Count == 0 ? "nothing came" : $"{_received.Count} bytes are kept: {ByteText.Quote(_received.Pending)}";

    private Turn TakeOpenTurn()
    {
        var turn = TakeTurn();
        if (_isOpen)
            return turn;

        turn.Dispose();
        throw new QmiException(ErrorCode.WrongState, $"{Name} is not open. Call Open first.");
    }

    private Turn TakeTurn() => _gate.TryEnter()
        ? new Turn(_gate)
        : throw new QmiException(ErrorCode.WrongState, $"{Name} is in use by another thread. Talk to an instrument from one thread at a time, or through its proxy.");

    private readonly ref struct Turn(Lock gate)
    {
        public void Dispose() => gate.Exit();
    }
}
