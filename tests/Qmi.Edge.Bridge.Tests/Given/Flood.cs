using System.Diagnostics;
using System.Text;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>A caller who sends the same again and again, thousands a second, and listens to nothing.</summary>
internal sealed class Flood : IAsyncDisposable
{
    private readonly MosquittoConnection _connection;
    private readonly EventRecorder _events = new();
    private readonly Thread _thread;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private volatile bool _ends;
    private long _sent;

    /// <param name="port">The broker.</param>
    /// <param name="topic">What is sent to.</param>
    /// <param name="payload">What is sent.</param>
    /// <param name="perSecond">How many, on average.</param>
    public Flood(int port, string topic, byte[] payload, int perSecond)
    {
        _connection = new MosquittoConnection(new MqttOptions { Host = "127.0.0.1", Port = port, ClientId = "mallory", OutboxBytes = 8 << 20, MaximumInFlight = 1000 });
        _connection.Start(_events);
        _events.WaitForSession();
        var bytes = Encoding.UTF8.GetBytes(topic);
        _clock.Restart();
        _thread = new Thread(() => Run(bytes, payload, perSecond)) { IsBackground = true, Name = "flood" };
        _thread.Start();
    }

    /// <summary>How many were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>How many were sent in a second, on average.</summary>
    public double Rate => Sent / _clock.Elapsed.TotalSeconds;

    public async ValueTask DisposeAsync()
    {
        _ends = true;
        _thread.Join();
        await _connection.DisposeAsync();
    }

    private void Run(byte[] topic, byte[] payload, int perSecond)
    {
        while (!_ends)
        {
            while (!_ends && _sent < _clock.Elapsed.TotalSeconds * perSecond && _connection.TryPublish(new MqttPublication { Topic = topic, Payload = payload, Qos = MqttQos.AtLeastOnce }))
                Interlocked.Increment(ref _sent);
            Thread.Sleep(1);
        }
    }
}
