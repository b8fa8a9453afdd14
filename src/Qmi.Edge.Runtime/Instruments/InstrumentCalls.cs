namespace Qmi.Edge.Runtime;

/// <summary>The calls that every instrument's proxy has, as they reach their instrument: in the same process or in another one.</summary>
internal abstract class InstrumentCalls
{
    public static InstrumentCalls Through(RpcChannel channel) =>
        channel is LocalChannel local ? new LocalInstrumentCalls(local) : new RemoteInstrumentCalls((RemoteChannel)channel);

    public abstract void Open();

    public abstract Task OpenAsync(CancellationToken cancellationToken);

    public abstract void Close();

    public abstract Task CloseAsync(CancellationToken cancellationToken);

    public abstract bool IsOpen();

    public abstract Task<bool> IsOpenAsync(CancellationToken cancellationToken);
}

/// <summary>The calls of an instrument in the same process.</summary>
internal sealed class LocalInstrumentCalls(LocalChannel channel) : InstrumentCalls
{
    private readonly QmiInstrument _instrument = (QmiInstrument)channel.Target;

    public override void Open() => channel.Run("open", _instrument.Open);

    public override Task OpenAsync(CancellationToken cancellationToken) => channel.RunAsync("open", _instrument.Open, cancellationToken);

    public override void Close() => channel.Run("close", _instrument.Close);

    public override Task CloseAsync(CancellationToken cancellationToken) => channel.RunAsync("close", _instrument.Close, cancellationToken);

    public override bool IsOpen() => _instrument.State == InstrumentState.Open;

    public override Task<bool> IsOpenAsync(CancellationToken cancellationToken) => Task.FromResult(IsOpen());
}

/// <summary>The calls of an instrument in another process: the JSON methods of the same names.</summary>
internal sealed class RemoteInstrumentCalls(RemoteChannel channel) : InstrumentCalls
{
    public override void Open() => channel.Wait(OpenAsync);

    public override Task OpenAsync(CancellationToken cancellationToken) => channel.CallAsync("open", cancellationToken);

    public override void Close() => channel.Wait(CloseAsync);

    public override Task CloseAsync(CancellationToken cancellationToken) => channel.CallAsync("close", cancellationToken);

    public override bool IsOpen() => channel.Wait(IsOpenAsync);

    public override Task<bool> IsOpenAsync(CancellationToken cancellationToken) => channel.GetAsync("is_open", DataTypes.Boolean, cancellationToken);
}
