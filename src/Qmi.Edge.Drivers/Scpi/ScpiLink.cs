using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Keeps questions and answers in step. A question counts as unanswered until its answer has been read whole; whatever interrupts that (a
/// timeout, a stop, an answer of another kind) makes the next question find its way back first, so that a late answer is never taken for its own.
/// </summary>
internal sealed class ScpiLink
{
    private readonly ScpiOptions _options;
    private readonly byte[] _commandEnd;
    private readonly byte[] _replyEnd;
    private byte[] _outgoing = new byte[256];
    private ScpiMarker _marker = new(0, []);
    private bool _isUnanswered;
    private bool _isHalfSent;

    public ScpiLink(QmiTransport transport, ScpiOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.CommandTerminator);
        ArgumentException.ThrowIfNullOrEmpty(options.ReplyTerminator);
        Transport = transport;
        _options = options;
        _commandEnd = Encoding.Latin1.GetBytes(options.CommandTerminator);
        _replyEnd = Encoding.Latin1.GetBytes(options.ReplyTerminator);
    }

    public QmiTransport Transport { get; }

    /// <summary>Bytes that came when no question was open, or too late for theirs.</summary>
    public long StaleBytes { get; private set; }

    public long Resynchronisations { get; private set; }

    /// <summary>One question and its one-line answer, without its end, valid until the next call.</summary>
    public ReadOnlySpan<byte> Ask(ScpiMessage query, TimeSpan timeout)
    {
        BeginQuestion(query);
        var reply = Transport.ReadUntil(_replyEnd, timeout);
        _isUnanswered = false;
        return reply[..^_replyEnd.Length].TrimEnd((byte)'\r');
    }

    /// <summary>Sends a question whose answer the caller reads from the transport, up to <see cref="EndAnswer"/>.</summary>
    public void BeginQuestion(ScpiMessage query)
    {
        // Moved out first: a message that cannot be sent must not cost a resynchronisation.
        var length = query.MoveTo(ref _outgoing, _commandEnd);
        if (_isUnanswered)
        {
            var question = _outgoing.AsSpan(0, length).ToArray();
            Resynchronise();
            question.CopyTo(_outgoing, 0);
        }
        else
        {
            // What came before the question cannot be its answer.
            StaleBytes += Transport.DiscardRead();
        }

        _isUnanswered = true;
        Send(_outgoing.AsSpan(0, length));
    }

    /// <summary>Reads the end of an answer that was read by length.</summary>
    public void EndAnswer(TimeSpan timeout)
    {
        var rest = Transport.ReadUntil(_replyEnd, timeout)[..^_replyEnd.Length];
        if (!rest.Trim("\r "u8).IsEmpty)
            throw Unexpected("the end of the answer after the block", rest);
        _isUnanswered = false;
    }

    /// <summary>Reads an answer that only its terminator ends.</summary>
    public ReadOnlySpan<byte> ReadToEnd(TimeSpan timeout)
    {
        var rest = Transport.ReadUntil(_replyEnd, timeout);
        _isUnanswered = false;
        return rest[..^_replyEnd.Length];
    }

    public void Command(ScpiMessage command) => Send(_outgoing.AsSpan(0, command.MoveTo(ref _outgoing, _commandEnd)));

    public void CommandBlock(ScpiMessage header, ReadOnlySpan<byte> block)
    {
        var length = header.MoveTo(ref _outgoing, Encoding.ASCII.GetBytes(" " + ScpiBlock.GetHeader(block.Length)));
        Send(_outgoing.AsSpan(0, length), block, _commandEnd);
    }

    /// <summary>The error for an answer of another kind. It may be somebody else's answer, so the next question does not trust the order any more.</summary>
    public ScpiReplyException Unexpected(string expected, ReadOnlySpan<byte> reply)
    {
        _isUnanswered = true;
        return new ScpiReplyException(Transport, expected, reply);
    }

    private void Send(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        // The instrument still holds the beginning of a message: end it, or this one becomes its tail.
        if (_isHalfSent)
            Transport.Write(_commandEnd);

        _isHalfSent = true;
        Transport.Write(first);
        Transport.Write(second);
        Transport.Write(third);
        _isHalfSent = false;
    }

    private void Resynchronise()
    {
        Resynchronisations++;
        StaleBytes += Transport.DiscardRead();
        var deadline = Transport.Clock.GetDeadline(_options.Timeout);
        try
        {
            if (_options.Resynchronisation == ScpiResynchronisation.Quiet)
                WaitForQuiet(deadline);
            else
                FindMarker(deadline);
        }
        catch (TransportTimeoutException silent) when (!silent.IsCallDeadline)
        {
            throw new TransportTimeoutException(Transport, "the instrument still owes the answer to an earlier question, and did not come back into step. Give it more time (Timeout), choose Resynchronisation.Quiet if it does not answer *IDN?;*IDN?, or close and open the transport.", silent);
        }
    }

    private void FindMarker(long deadline)
    {
        _marker = _marker.Next();
        Command(_marker.Question);
        while (true)
        {
            ReadOnlySpan<byte> line;
            try
            {
                line = Transport.ReadUntil(_replyEnd, Transport.Clock.GetRemaining(deadline));
            }
            catch (TransportOverflowException)
            {
                StaleBytes += Transport.DiscardRead();
                continue;
            }

            if (_marker.IsAnswer(line[..^_replyEnd.Length].Trim("\r "u8)))
                return;
            StaleBytes += line.Length;
        }
    }

    private void WaitForQuiet(long deadline)
    {
        Span<byte> stale = stackalloc byte[256];
        int count;
        while ((count = Transport.ReadUntilTimeout(stale, _options.QuietTime)) > 0)
        {
            StaleBytes += count;
            if (Transport.Clock.GetNanoseconds() >= deadline)
                throw new TransportTimeoutException(Transport, "the instrument never stopped talking.", new TransportWait(deadline, _options.Timeout, IsCutByCall: false), keptBytes: 0);
        }
    }
}
