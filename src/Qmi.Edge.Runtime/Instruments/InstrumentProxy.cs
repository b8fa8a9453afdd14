namespace Qmi.Edge.Runtime;

/// <summary>How anyone holds an instrument; the generator derives one for each class of instruments, with its methods and signals.</summary>
public abstract class InstrumentProxy(RpcChannel channel) : ObjectProxy(channel)
{
    private QmiInstrument Instrument => (QmiInstrument)Channel.Target;

    /// <summary>Opens the way to the instrument (QMI: open).</summary>
    public void Open() => Channel.Run("open", Instrument.Open);

    /// <summary>As <see cref="Open"/>, without blocking the calling thread.</summary>
    public Task OpenAsync(CancellationToken cancellationToken = default) => Channel.RunAsync("open", Instrument.Open, cancellationToken);

    /// <summary>Closes it (QMI: close).</summary>
    public void Close() => Channel.Run("close", Instrument.Close);

    /// <summary>As <see cref="Close"/>, without blocking the calling thread.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default) => Channel.RunAsync("close", Instrument.Close, cancellationToken);

    /// <summary>Whether it can be used (QMI: is_open). Never queues.</summary>
    public bool IsOpen() => Instrument.State == InstrumentState.Open;
}
