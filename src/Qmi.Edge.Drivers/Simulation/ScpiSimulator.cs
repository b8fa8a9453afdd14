using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>
/// A SCPI instrument without hardware: headers in short and long form, chains with SCPI's path rules, the error queue, and the common commands of IEEE 488.2.
/// A model registers its commands and queries; unknown ones end in the error queue, as in an instrument.
/// </summary>
/// <example><code>
/// var supply = new ScpiSimulator(new ScpiIdentity("ACME", "PS3", "42", "1.0"));
/// var volts = 0.0;
/// supply.OnCommand("[SOURce:]VOLTage[:LEVel]", arguments => volts = arguments.GetDouble(0, 0, 30));
/// supply.OnQuery("[SOURce:]VOLTage[:LEVel]?", _ => volts);
/// </code></example>
public sealed class ScpiSimulator : IInstrumentSimulator
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider;
    private readonly List<(ScpiHeader Header, Func<ScpiArguments, string?> Act)> _table = [];
    private readonly ScpiStatus _status;
    private long _operationEnds;

    /// <summary>An instrument that knows only the common commands.</summary>
    /// <param name="identity">The answer to <c>*IDN?</c>.</param>
    /// <param name="timeProvider">The clock of operations that take time; null for the system's.</param>
    public ScpiSimulator(ScpiIdentity identity, TimeProvider? timeProvider = null)
    {
        _timeProvider = timeProvider ?? TimeProvider.System;
        _status = new ScpiStatus(_timeProvider);
        OnQuery("*IDN?", _ => identity.ToString());
        OnCommand("*RST", _ => Reset?.Invoke());
        OnQuery("*TST?", _ => "0");
        OnCommand("*WAI", WaitForOperation);
        OnCommand("*OPC", _ => _status.CompleteOperationAt(_operationEnds));
        OnQuery("*OPC?", arguments =>
        {
            WaitForOperation(arguments);
            return "1";
        });
        _status.Register(this);
    }

    /// <summary>Raised by <c>*RST</c>, while the instrument is held: the model goes back to its defaults.</summary>
    public event Action? Reset;

    /// <summary>Registers a command.</summary>
    /// <param name="header">As manuals print it: <c>OUTPut#[:STATe]</c>.</param>
    /// <param name="act">What it does; a <see cref="ScpiFaultException"/> goes into the error queue.</param>
    public ScpiSimulator OnCommand(string header, Action<ScpiArguments> act) => Register(header, isQuery: false, arguments =>
    {
        act(arguments);
        return null;
    });

    /// <summary>Registers a query that answers text.</summary>
    /// <param name="header">As manuals print it, with its question mark.</param>
    /// <param name="answer">The answer without a terminator.</param>
    public ScpiSimulator OnQuery(string header, Func<ScpiArguments, string> answer) => Register(header, isQuery: true, answer);

    /// <summary>Registers a query that answers a number, in an instrument's format.</summary>
    public ScpiSimulator OnQuery(string header, Func<ScpiArguments, double> answer) => Register(header, isQuery: true, arguments => ScpiNumber.Format(answer(arguments)));

    /// <summary>Registers a query that answers a definite block.</summary>
    public ScpiSimulator OnBlockQuery(string header, Func<ScpiArguments, byte[]> answer) => Register(header, isQuery: true, arguments =>
    {
        var block = answer(arguments);
        return ScpiBlock.GetHeader(block.Length) + Encoding.Latin1.GetString(block);
    });

    /// <summary>Puts an error into the queue, as an instrument does by itself.</summary>
    public void RaiseError(int number, string text)
    {
        lock (_gate)
            _status.Raise(new ScpiError(number, text));
    }

    /// <summary>Makes the instrument busy: <c>*OPC?</c> and what follows <c>*WAI</c> in a message answer when the time is over, and <c>*OPC</c> sets its event bit then.</summary>
    public void BeginOperation(TimeSpan duration)
    {
        lock (_gate)
            _operationEnds = Math.Max(_operationEnds, _timeProvider.GetDeadline(duration));
    }

    /// <summary>Executes one message; the answer without its terminator, or null when nothing was asked.</summary>
    /// <param name="message">Without its terminator; bytes of blocks as characters of Latin-1.</param>
    public string? Execute(string message) => Execute(message, out _);

    /// <inheritdoc/>
    public ISimulatorSession Connect() => new ScpiSession(this);

    internal string? Execute(string message, out TimeSpan delay)
    {
        var answers = new List<string>();
        delay = TimeSpan.Zero;
        lock (_gate)
        {
            string[] path = [];
            foreach (var unit in ScpiText.Split(message, ';').Where(unit => unit.Length > 0))
            {
                try
                {
                    if (Execute(unit, ref path, ref delay) is { } answer)
                        answers.Add(answer);
                }
                catch (ScpiFaultException fault)
                {
                    _status.Raise(fault.Error);
                }
            }
        }

        return answers.Count == 0 ? null : string.Join(';', answers);
    }

    private string? Execute(string unit, ref string[] path, ref TimeSpan delay)
    {
        var space = unit.IndexOfAny([' ', '\t']);
        var header = space < 0 ? unit : unit[..space];
        var words = header.TrimStart(':').TrimEnd('?').Split(':');
        if (header[0] is not '*')
        {
            // "A:B;C" means A:B and A:C; a leading colon begins at the root again.
            words = header[0] == ':' ? words : [.. path, .. words];
            path = words[..^1];
        }

        List<string> values = space < 0 ? [] : ScpiText.Split(unit[space..], ',');
        foreach (var (candidate, act) in _table)
        {
            if (candidate.IsQuery != header.EndsWith('?') || !candidate.Matches(words, out var suffixes))
                continue;

            var arguments = new ScpiArguments(values, suffixes);
            var answer = act(arguments);
            delay += arguments.Delay;
            return arguments.Used < values.Count ? throw ScpiFaultException.ParameterNotAllowed() : answer;
        }

        throw ScpiFaultException.UndefinedHeader(header);
    }

    private void WaitForOperation(ScpiArguments arguments) => arguments.Delay += _timeProvider.GetRemaining(_operationEnds);

    private ScpiSimulator Register(string header, bool isQuery, Func<ScpiArguments, string?> act)
    {
        var parsed = new ScpiHeader(header);
        if (parsed.IsQuery != isQuery)
            throw new ArgumentException($"\"{header}\": a query ends with a question mark, a command does not.", nameof(header));

        // Newest first, so that a model can replace a common command.
        lock (_gate)
            _table.Insert(0, (parsed, act));
        return this;
    }
}
