using System.Net;
using System.Net.Sockets;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers;

/// <summary>A TCP connection to an instrument (QMI: QMI_TcpTransport), without Nagle's delay. Every step of <see cref="QmiTransport.Open"/>, the name lookup too, can be interrupted.</summary>
public sealed class TcpTransport : QmiTransport
{
    private readonly TcpDescriptor _descriptor;
    private readonly PollChannel _channel;

    /// <summary>A transport that is not open yet.</summary>
    /// <param name="descriptor">Where to, and the connect timeout.</param>
    /// <param name="timeProvider">The clock of every wait; null for the system's.</param>
    public TcpTransport(TcpDescriptor descriptor, TimeProvider? timeProvider = null)
        : base(descriptor.ToString(), timeProvider)
    {
        _descriptor = descriptor;
        _channel = new PollChannel(Clock);
    }

    /// <inheritdoc/>
    protected override TimeSpan OpenTimeout => _descriptor.ConnectTimeout;

    /// <inheritdoc/>
    protected override void OpenTransport(in TransportWait wait)
    {
        var addresses = Resolve(wait);
        var refusals = new List<string>();
        for (var index = 0; index < addresses.Length; index++)
        {
            // An address that swallows packets must leave time for the ones after it.
            var now = Clock.GetNanoseconds();
            var deadline = wait.Deadline == MonotonicTime.Never ? MonotonicTime.Never : now + (Math.Max(0, wait.Deadline - now) / (addresses.Length - index));
            var error = TcpConnection.Connect(addresses[index], _descriptor.Port, _channel, deadline, this, wait);
            if (error == 0)
                return;
            refusals.Add($"{addresses[index]}: {Libc.Explain(error)}");
        }

        if (IsOver(wait))
            throw new TransportTimeoutException(this, $"no connection {Within(wait)} ({string.Join(", ", refusals)}). Check power, cable and address of the instrument; connect_timeout= gives more time.", wait, keptBytes: 0, Executed.No);

        throw new TransportException(this, $"no connection ({string.Join(", ", refusals)}). Check that the instrument is on and listens on port {_descriptor.Port}.", Executed.No);
    }

    /// <inheritdoc/>
    protected override void CloseTransport() => _channel.Detach();

    /// <inheritdoc/>
    protected override int Receive(Span<byte> buffer, long deadline) => ResultOf(_channel.Receive(buffer, deadline));

    /// <inheritdoc/>
    protected override int Send(ReadOnlySpan<byte> data, long deadline) => ResultOf(_channel.Send(data, deadline));

    /// <inheritdoc/>
    protected override void InterruptWait() => _channel.Wake();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _channel.Dispose();
    }

    internal bool IsConnectOver(in TransportWait wait, long deadline) => IsOver(wait) || Clock.GetNanoseconds() >= deadline;

    private int ResultOf(int result) => result switch
    {
        >= 0 => result,
        -Errno.Again => WaitEnded,
        _ => throw Gone($"the connection was lost: {Libc.Explain(-result)}"),
    };

    private IPAddress[] Resolve(in TransportWait wait)
    {
        if (IPAddress.TryParse(_descriptor.Host, out var address))
            return [address];

        var lookup = Dns.GetHostAddressesAsync(_descriptor.Host);
        lookup.ContinueWith(
            static (done, channel) =>
            {
                // Looked at here, so that a failure after the caller has gone is not an unobserved one.
                _ = done.Exception;
                ((PollChannel)channel!).Wake();
            },
            _channel,
            TaskScheduler.Default);

        while (!lookup.IsCompleted)
        {
            if (!_channel.Wait(0, wait.Deadline) && !lookup.IsCompleted && IsOver(wait))
                throw new TransportTimeoutException(this, $"the name {_descriptor.Host} was not resolved {Within(wait)}. Check the name server, or use the address.", wait, keptBytes: 0, Executed.No);
        }

        try
        {
            return lookup.GetAwaiter().GetResult();
        }
        catch (SocketException unknown)
        {
            throw new TransportException(this, $"the name {_descriptor.Host} is not known: {unknown.Message}. Check its spelling, or use the address.", Executed.No, unknown);
        }
    }
}
