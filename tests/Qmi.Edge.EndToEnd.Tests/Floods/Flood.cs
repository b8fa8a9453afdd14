using System.Diagnostics;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>A caller who sends the same again and again, thousands a second, and listens to nothing that is said.</summary>
internal sealed class Flood : IDisposable
{
    private const int MostAtOnce = 50;

    private readonly PlainClient _client;
    private readonly Stopwatch _clock = new();
    private readonly Thread _thread;
    private volatile bool _ends;
    private long _sent;

    /// <param name="port">The broker.</param>
    /// <param name="topic">What is sent to.</param>
    /// <param name="payload">What is sent.</param>
    /// <param name="perSecond">How many, on average.</param>
    public Flood(int port, string topic, string payload, int perSecond)
    {
        _client = new PlainClient(port, "mallory", static _ => { }, "nothing/to/hear");
        _thread = new Thread(() => Run(topic, payload, perSecond)) { IsBackground = true, Name = "flood" };
        _thread.Start();
    }

    /// <summary>How many were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>How many were sent in a second, on average.</summary>
    public double Rate => Sent / _clock.Elapsed.TotalSeconds;

    public void Dispose()
    {
        _ends = true;
        _thread.Join();
        _client.Dispose();
    }

    private void Run(string topic, string payload, int perSecond)
    {
        SpinWait.SpinUntil(() => _client.IsSubscribed || _ends);
        _clock.Start();
        var (owed, last) = (0.0, TimeSpan.Zero);
        for (; !_ends; Thread.Sleep(1))
        {
            // Evenly: what this thread could not send while it had no CPU is not made up for, or it would be a burst that nobody has sent.
            var now = _clock.Elapsed;
            owed = Math.Min(owed + ((now - last).TotalSeconds * perSecond), MostAtOnce);
            last = now;
            for (; owed >= 1 && _client.TryPublish(topic, payload); owed--)
                Interlocked.Increment(ref _sent);
        }
    }
}
