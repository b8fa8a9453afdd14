using System.Text;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Talks SCPI (IEEE 488.2) to an instrument (QMI: ScpiProtocol): typed answers, blocks, the error queue, and back in step after an
/// answer that came too late. The transport stays its owner's, who opens and closes it. One thread at a time, as for the transport.
/// </summary>
/// <remarks>
/// Every question may throw what its transport throws (<see cref="TransportException"/>), and <see cref="ScpiReplyException"/> when the answer
/// is of another kind than was asked for. A timeout is for one answer; null means <see cref="ScpiOptions.Timeout"/>.
/// </remarks>
public sealed class ScpiClient
{
    // More than any instrument's queue; a queue that never empties must not hold the caller.
    private const int MostErrors = 100;

    private readonly ScpiOptions _options;
    private readonly ScpiLink _link;

    /// <summary>A client over a transport, which need not be open yet.</summary>
    public ScpiClient(QmiTransport transport, ScpiOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _options = options ?? new ScpiOptions();
        _link = new ScpiLink(transport, _options);
    }

    /// <summary>The transport that was given.</summary>
    public QmiTransport Transport => _link.Transport;

    /// <summary>How many bytes came unasked or too late and were dropped, since the client was made.</summary>
    public long StaleBytes => _link.StaleBytes;

    /// <summary>How often the client had to find its way back after an answer that did not come in time.</summary>
    public long Resynchronisations => _link.Resynchronisations;

    /// <summary>Sends a command that has no answer (QMI: write). It does not wait for the instrument.</summary>
    public void Command(ScpiMessage command) => _link.Command(command);

    /// <summary>Sends a command, then reads the error queue until it is empty.</summary>
    /// <exception cref="ScpiErrorException">The queue was not empty: the command, or one before it, failed.</exception>
    public void CommandChecked(ScpiMessage command, TimeSpan? timeout = null)
    {
        Command(command);
        ThrowIfErrors(timeout);
    }

    /// <summary>Sends several commands as one message, each from the root: <c>VOLT 5;:CURR 1;*WAI</c>.</summary>
    public void CommandAll(params ReadOnlySpan<string> commands) => Command(Chain(commands));

    /// <summary>Sends a command whose argument is a block of bytes: <c>header #3100...</c>.</summary>
    public void CommandBlock(ScpiMessage header, ReadOnlySpan<byte> data) => _link.CommandBlock(header, data);

    /// <summary>Asks for text (QMI: ask); without the end of the line, quotes as they came.</summary>
    public string Ask(ScpiMessage query, TimeSpan? timeout = null) => Encoding.Latin1.GetString(_link.Ask(query, timeout ?? _options.Timeout));

    /// <summary>Asks several questions as one message; the answers in order.</summary>
    public string[] AskAll(params ReadOnlySpan<string> queries)
    {
        var reply = _link.Ask(Chain(queries), _options.Timeout);
        var answers = ScpiText.Split(Encoding.Latin1.GetString(reply), ';');
        return answers.Count == queries.Length ? [.. answers] : throw _link.Unexpected($"{queries.Length} answers", reply);
    }

    /// <summary>Asks for a number; allocates nothing. 9.91E37 is <see cref="double.NaN"/>, ±9.9E37 (overload) is infinite.</summary>
    public double AskDouble(ScpiMessage query, TimeSpan? timeout = null)
    {
        var reply = _link.Ask(query, timeout ?? _options.Timeout);
        return ScpiNumber.TryParse(reply, out double value) ? value : throw _link.Unexpected("a number", reply);
    }

    /// <summary>Asks for a list of numbers with commas; allocates nothing. Returns how many came.</summary>
    /// <exception cref="ScpiReplyException">A part is no number, or there are more than <paramref name="values"/> has room for.</exception>
    public int AskDoubles(ScpiMessage query, Span<double> values, TimeSpan? timeout = null)
    {
        var reply = _link.Ask(query, timeout ?? _options.Timeout);
        var count = 0;
        foreach (var part in reply.Split((byte)','))
        {
            if (count == values.Length || !ScpiNumber.TryParse(reply[part], out values[count++]))
                throw _link.Unexpected($"at most {values.Length} numbers", reply);
        }

        return count;
    }

    /// <summary>Asks for a whole number of 32 bits; also <c>1.2E+1</c> and <c>#H0C</c>. Allocates nothing.</summary>
    public int AskInt(ScpiMessage query, TimeSpan? timeout = null)
    {
        var reply = _link.Ask(query, timeout ?? _options.Timeout);
        return ScpiNumber.TryParse(reply, out long value) && value is >= int.MinValue and <= int.MaxValue ? (int)value : throw _link.Unexpected("a whole number of 32 bits", reply);
    }

    /// <summary>Asks for a whole number of 64 bits. Allocates nothing.</summary>
    public long AskLong(ScpiMessage query, TimeSpan? timeout = null)
    {
        var reply = _link.Ask(query, timeout ?? _options.Timeout);
        return ScpiNumber.TryParse(reply, out long value) ? value : throw _link.Unexpected("a whole number", reply);
    }

    /// <summary>Asks for <c>1</c>, <c>0</c>, <c>ON</c> or <c>OFF</c>. Allocates nothing.</summary>
    public bool AskBool(ScpiMessage query, TimeSpan? timeout = null)
    {
        var reply = _link.Ask(query, timeout ?? _options.Timeout);
        return ScpiNumber.TryParse(reply, out bool value) ? value : throw _link.Unexpected("1, 0, ON or OFF", reply);
    }

    /// <summary>Asks for a block of bytes (QMI: read_binary_data after a write).</summary>
    /// <exception cref="Qmi.Edge.Runtime.QmiException">RESULT_TOO_LARGE: longer than <see cref="ScpiOptions.MaxBlockLength"/>.</exception>
    public byte[] AskBlock(ScpiMessage query, TimeSpan? timeout = null)
    {
        _link.BeginQuestion(query);
        return ScpiBlock.Read(_link, timeout ?? _options.Timeout, _options.MaxBlockLength);
    }

    /// <summary>Asks for a block of bytes and puts it into <paramref name="destination"/>; returns its length. Allocates nothing.</summary>
    /// <exception cref="Qmi.Edge.Runtime.QmiException">RESULT_TOO_LARGE: longer than <paramref name="destination"/>.</exception>
    public int AskBlock(ScpiMessage query, Span<byte> destination, TimeSpan? timeout = null)
    {
        _link.BeginQuestion(query);
        return ScpiBlock.Read(_link, timeout ?? _options.Timeout, destination);
    }

    /// <summary>Who the instrument says it is: <c>*IDN?</c>.</summary>
    public ScpiIdentity Identify(TimeSpan? timeout = null) => ScpiIdentity.Parse(Ask("*IDN?", timeout));

    /// <summary>Waits until every operation that was started has ended: <c>*OPC?</c>.</summary>
    public void WaitForCompletion(TimeSpan timeout)
    {
        var reply = _link.Ask("*OPC?", timeout);
        if (!ScpiNumber.TryParse(reply, out long value) || value != 1)
            throw _link.Unexpected("1 to *OPC?", reply);
    }

    /// <summary>Empties the instrument's error queue; oldest first, empty when all is well.</summary>
    /// <param name="timeout">For each entry.</param>
    public IReadOnlyList<ScpiError> DrainErrors(TimeSpan? timeout = null)
    {
        List<ScpiError>? errors = null;
        while ((errors?.Count ?? 0) < MostErrors)
        {
            var reply = _link.Ask(_options.ErrorQuery, timeout ?? _options.Timeout);
            if (!ScpiError.TryParse(reply, out var error))
                throw _link.Unexpected("an error number and text", reply);
            if (error.Number == 0)
                break;
            (errors ??= []).Add(error);
        }

        return errors ?? (IReadOnlyList<ScpiError>)[];
    }

    /// <summary>Empties the instrument's error queue, and throws what was in it.</summary>
    /// <exception cref="ScpiErrorException">DEVICE_ERROR with number and text of each.</exception>
    public void ThrowIfErrors(TimeSpan? timeout = null)
    {
        var errors = DrainErrors(timeout);
        if (errors.Count > 0)
            throw new ScpiErrorException(Transport, errors);
    }

    /// <summary>Without the colon a header would continue the path of the one before it (SCPI-99 volume 1, 6.2.4).</summary>
    private static string Chain(ReadOnlySpan<string> messages)
    {
        var chain = new StringBuilder();
        foreach (var message in messages)
        {
            if (chain.Length > 0)
                chain.Append(message is ['*' or ':', ..] ? ";" : ";:");
            chain.Append(message);
        }

        return chain.ToString();
    }
}
