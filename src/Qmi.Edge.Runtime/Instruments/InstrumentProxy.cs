namespace Qmi.Edge.Runtime;

/// <summary>
/// How anyone holds an instrument, in the same process or in another one; the generator derives one for each class of instruments, with its
/// methods and signals.
/// </summary>
public abstract class InstrumentProxy : ObjectProxy
{
    private readonly InstrumentCalls _calls;

    /// <summary>A proxy of the instrument at the other end of <paramref name="channel"/>.</summary>
    protected InstrumentProxy(RpcChannel channel)
        : base(channel)
    {
        _calls = InstrumentCalls.Through(channel);
    }

    /// <summary>Opens the way to the instrument (QMI: open).</summary>
    public void Open() => _calls.Open();

    /// <summary>As <see cref="Open"/>, without blocking the calling thread.</summary>
    public Task OpenAsync(CancellationToken cancellationToken = default) => _calls.OpenAsync(cancellationToken);

    /// <summary>Closes it (QMI: close).</summary>
    public void Close() => _calls.Close();

    /// <summary>As <see cref="Close"/>, without blocking the calling thread.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default) => _calls.CloseAsync(cancellationToken);

    /// <summary>Whether it can be used (QMI: is_open). Never queues.</summary>
    public bool IsOpen() => _calls.IsOpen();

    /// <summary>As <see cref="IsOpen"/>, without blocking the calling thread.</summary>
    public Task<bool> IsOpenAsync(CancellationToken cancellationToken = default) => _calls.IsOpenAsync(cancellationToken);
}
