using System.Diagnostics;
using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>Asks the stage of box07 to stop, waits for the answer, and asks again.</summary>
internal sealed class Stopper : IDisposable
{
    private readonly PlainClient _client;
    private readonly AutoResetEvent _answered = new(false);
    private volatile string _awaited = "";
    private volatile string _answer = "";
    private int _count;

    public Stopper(int port)
    {
        _client = new PlainClient(port, "bob", OnMessage, "qmi/v1/box/box07/reply/bob/#");
        Assert.True(SpinWait.SpinUntil(() => _client.IsSubscribed, ChildProcess.Patience));
    }

    /// <summary>How long the answers took.</summary>
    public TimeSpan[] Ask(int count) => [.. Enumerable.Range(0, count).Select(_ => Ask())];

    public void Dispose()
    {
        _client.Dispose();
        _answered.Dispose();
    }

    private TimeSpan Ask()
    {
        _awaited = $"stop-{++_count}";
        var start = Stopwatch.GetTimestamp();
        Assert.True(_client.TryPublish("qmi/v1/box/box07/call/bob/stage/stop", $$"""{"id":"{{_awaited}}"}"""));
        Assert.True(_answered.WaitOne(ChildProcess.Patience), $"{_awaited} was not answered.");
        Assert.Contains("\"ok\":true", _answer);
        return Stopwatch.GetElapsedTime(start);
    }

    private void OnMessage(PlainMessage message)
    {
        _answer = message.Payload;
        if (JsonElement.Parse(message.Payload).GetProperty("id").GetString() == _awaited)
            _answered.Set();
    }
}
