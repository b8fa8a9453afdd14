using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Qmi.Edge.Drivers;

/// <summary>
/// Serves a simulated instrument on a loopback port, to any client: a transport of ours, <c>lxi scpi</c>, <c>nc</c>. Connections are independent, answers keep their order.
/// </summary>
public sealed class TcpSimulatorHost : IAsyncDisposable
{
    private readonly IInstrumentSimulator _simulator;
    private readonly TimeProvider _timeProvider;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<SimulatorMood> _moods = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly Task _accepting;

    /// <summary>Listens at once.</summary>
    /// <param name="simulator">The instrument.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for any free one.</param>
    /// <param name="timeProvider">The clock of delays; null for the system's.</param>
    /// <exception cref="SocketException">The port is in use.</exception>
    public TcpSimulatorHost(IInstrumentSimulator simulator, int port = 0, TimeProvider? timeProvider = null)
    {
        _simulator = simulator;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>How a transport reaches the instrument: <c>tcp:127.0.0.1:port</c>.</summary>
    public string Descriptor => new TcpDescriptor("127.0.0.1", Port).ToString();

    /// <summary>How many clients are connected.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Spoils one answer more, after those that are already spoiled.</summary>
    public void Spoil(SimulatorMood mood) => _moods.Enqueue(mood);

    /// <summary>Stops listening and drops every connection.</summary>
    /// <exception cref="AggregateException">The model of the instrument threw while it was served: a defect of the model.</exception>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stop.Dispose();
        if (!_failures.IsEmpty)
            throw new AggregateException("The simulated instrument failed.", _failures);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                connection.NoDelay = true;
                var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _connections[connection] = ServeAsync(connection, begin.Task);
                begin.SetResult();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    /// <param name="connection">The client; closed at the end.</param>
    /// <param name="begin">Completes when the connection is in the table, so that its end always finds it there.</param>
    private async Task ServeAsync(Socket connection, Task begin)
    {
        await begin.ConfigureAwait(false);
        try
        {
            var session = _simulator.Connect();
            var buffer = new byte[4096];
            int count;
            while ((count = await connection.ReceiveAsync(buffer, _stop.Token).ConfigureAwait(false)) > 0)
            {
                foreach (var reply in session.Receive(buffer.AsSpan(0, count)))
                {
                    if (!await TrySendAsync(connection, reply).ConfigureAwait(false))
                        return;
                }
            }
        }
        catch (Exception ended) when (ended is SocketException || _stop.IsCancellationRequested)
        {
            // The client went without a farewell, or the host is being disposed: either way this connection is over.
        }
        catch (Exception failure)
        {
            _failures.Enqueue(failure);
        }
        finally
        {
            connection.Dispose();
            _connections.TryRemove(connection, out _);
        }
    }

    /// <summary>False when the mood is to drop the connection.</summary>
    private async ValueTask<bool> TrySendAsync(Socket connection, SimulatorReply reply)
    {
        await DelayAsync(reply.Delay).ConfigureAwait(false);
        var mood = _moods.TryDequeue(out var queued) ? queued : new SimulatorMood.Good();
        var half = reply.Bytes[..(reply.Bytes.Length / 2)];
        switch (mood)
        {
            case SimulatorMood.Silent:
                return true;
            case SimulatorMood.Half:
                await SendAsync(connection, half).ConfigureAwait(false);
                return true;
            case SimulatorMood.Drop:
                await SendAsync(connection, half).ConfigureAwait(false);
                return false;
            case SimulatorMood.Slow slow:
                for (var index = 0; index < reply.Bytes.Length; index++)
                {
                    await DelayAsync(slow.Pause).ConfigureAwait(false);
                    await SendAsync(connection, reply.Bytes.Slice(index, 1)).ConfigureAwait(false);
                }

                return true;
            case SimulatorMood.Garbage garbage:
                await SendAsync(connection, garbage.Before).ConfigureAwait(false);
                break;
            case SimulatorMood.Late late:
                await DelayAsync(late.By).ConfigureAwait(false);
                break;
        }

        await SendAsync(connection, reply.Bytes).ConfigureAwait(false);
        return true;
    }

    private async ValueTask SendAsync(Socket connection, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await connection.SendAsync(bytes, _stop.Token).ConfigureAwait(false)..];
    }

    private async ValueTask DelayAsync(TimeSpan delay)
    {
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, _timeProvider, _stop.Token).ConfigureAwait(false);
    }
}
