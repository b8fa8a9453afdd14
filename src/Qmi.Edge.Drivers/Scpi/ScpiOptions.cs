namespace Qmi.Edge.Drivers;

/// <summary>How a client finds its way back after an answer that did not come in time.</summary>
public enum ScpiResynchronisation
{
    /// <summary>
    /// Asks a chain of <c>*IDN?</c> and <c>*STB?</c> that was never asked before, and skips everything up to its answer. Never mistakes a late
    /// answer; needs an instrument that answers in order and knows chained queries, as SCPI demands.
    /// </summary>
    Marker,

    /// <summary>
    /// Waits until nothing has come for <see cref="ScpiOptions.QuietTime"/>. For instruments that do not answer chained queries; one that is
    /// slower than that can still have its late answer taken for the next one.
    /// </summary>
    Quiet,
}

/// <summary>What a <see cref="ScpiClient"/> needs to know about an instrument.</summary>
public sealed record ScpiOptions
{
    /// <summary>How long an answer may take, unless a call says otherwise. Default 5 s (QMI: no limit).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What ends a message to the instrument. Default newline (QMI: command_terminator).</summary>
    public string CommandTerminator { get; init; } = "\n";

    /// <summary>What ends a message of the instrument; a carriage return before it is dropped. Default newline (QMI: response_terminator).</summary>
    public string ReplyTerminator { get; init; } = "\n";

    /// <summary>The question for the oldest entry of the error queue. Default <c>SYST:ERR?</c>.</summary>
    public string ErrorQuery { get; init; } = "SYST:ERR?";

    /// <summary>The most bytes that <see cref="ScpiClient.AskBlock(ScpiMessage, TimeSpan?)"/> allocates on the word of an instrument. Default 64 MiB.</summary>
    public int MaxBlockLength { get; init; } = 64 << 20;

    /// <summary>The way back after a lost answer. Default <see cref="ScpiResynchronisation.Marker"/>.</summary>
    public ScpiResynchronisation Resynchronisation { get; init; } = ScpiResynchronisation.Marker;

    /// <summary>The silence that <see cref="ScpiResynchronisation.Quiet"/> waits for. Default 200 ms.</summary>
    public TimeSpan QuietTime { get; init; } = TimeSpan.FromMilliseconds(200);
}
