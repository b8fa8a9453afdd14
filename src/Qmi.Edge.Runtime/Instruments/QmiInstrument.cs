using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <summary>Whether an instrument can be used.</summary>
public enum InstrumentState
{
    /// <summary>Not opened, or closed again.</summary>
    Closed,

    /// <summary>Ready to be used.</summary>
    Open,

    /// <summary>Opened, but the way to it failed.</summary>
    Lost,
}

/// <summary>Base class of drivers (QMI: QMI_Instrument). Its methods marked with <see cref="RpcMethodAttribute"/> are what others may call, one at a time.</summary>
public abstract partial class QmiInstrument : RpcObject
{
    private volatile InstrumentLife _life;

    /// <summary>Called by the box's make method.</summary>
    /// <param name="init">What the box tells the instrument; pass it to the base constructor.</param>
    protected QmiInstrument(InstrumentInit init)
        : base(init)
    {
        _life = new InstrumentLife(InstrumentState.Closed, null, Box.TimeProvider.GetUtcNow());
    }

    /// <summary>Whether it can be used.</summary>
    public InstrumentState State => _life.State;

    /// <summary>Whether it can be used, since when, and why not.</summary>
    public InstrumentLife Life => _life;

    /// <summary>The clock. Take it instead of the system's, and tests can turn it.</summary>
    protected TimeProvider TimeProvider => Box.TimeProvider;

    /// <summary>Opens the way to the instrument (QMI: open).</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/> when it is open; what the driver reports.</exception>
    public void Open()
    {
        if (_life.State == InstrumentState.Open)
            throw WrongState("opened", "close it first");
        OnOpen();
        SetState(InstrumentState.Open, null);
    }

    /// <summary>Closes it (QMI: close). When it is closed, nothing happens.</summary>
    public void Close()
    {
        if (_life.State == InstrumentState.Closed)
            return;
        try
        {
            OnClose();
        }
        finally
        {
            SetState(InstrumentState.Closed, null);
        }
    }

    /// <summary>Opens the transport and whatever else the driver needs. If it throws, the instrument stays closed.</summary>
    protected virtual void OnOpen()
    {
    }

    /// <summary>Undoes <see cref="OnOpen"/>; also called when the way to the instrument is lost.</summary>
    protected virtual void OnClose()
    {
    }

    /// <summary>For the driver: the way to the instrument failed.</summary>
    protected void SetLost(string reason)
    {
        if (_life.State == InstrumentState.Open)
            SetState(InstrumentState.Lost, reason);
    }

    /// <summary>For the driver: the way to the instrument works again.</summary>
    protected void SetFound()
    {
        if (_life.State == InstrumentState.Lost)
            SetState(InstrumentState.Open, null);
    }

    /// <summary>For the driver's methods: throws unless the instrument was opened.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.WrongState"/>.</exception>
    protected void ThrowIfClosed()
    {
        if (_life.State == InstrumentState.Closed)
            throw WrongState("used", "open it first");
    }

    internal override async Task ReleaseAsync(Task drained, TimeSpan timeout)
    {
        // One caller at a time is in a driver, and closing is one, too. A call that does not end is closed upon: that may be what ends it.
        try
        {
            await drained.WaitAsync(timeout == Timeout.InfiniteTimeSpan ? timeout : timeout / 2, Box.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogClosedUpon(Logger);
        }

        Close();
    }

    private void SetState(InstrumentState state, string? reason)
    {
        _life = new InstrumentLife(state, reason, Box.TimeProvider.GetUtcNow());
        NotifyChanged(ObjectAspect.State);
    }

    private QmiException WrongState(string what, string fix) =>
        new(ErrorCode.WrongState, $"Instrument {Name} cannot be {what}, it is {_life.State.ToString().ToLowerInvariant()}: {fix}.")
        {
            Details = new Dictionary<string, object?> { ["state"] = _life.State.ToString().ToLowerInvariant() },
        };

    [LoggerMessage(1270, LogLevel.Warning, "A call has not ended in time: the instrument is closed while it runs")]
    private static partial void LogClosedUpon(ILogger logger);
}

/// <summary>An instrument's life as of one moment.</summary>
/// <param name="State">Whether it can be used.</param>
/// <param name="Reason">Why it is lost, or null.</param>
/// <param name="Since">Since when, wall clock.</param>
public sealed record InstrumentLife(InstrumentState State, string? Reason, DateTimeOffset Since);

/// <summary>What a new instrument is told.</summary>
public sealed record InstrumentInit : RpcObjectInit
{
    internal InstrumentInit(EdgeBox box, string name, InstrumentType type)
        : base(box, name, type)
    {
    }
}
