using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>One who asks the box for things, with a connection and a thread of its own, and who asks again with the same id until it is answered.</summary>
internal abstract class ChaosWorker : IDisposable
{
    /// <summary>First part of every topic of the box.</summary>
    protected const string Box = "qmi/v1/box/box07/";

    // Long enough for a box that lives and short beside the time in which broker and box come back.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    // A broker and a box that were killed together are back well within this.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonElement> _answers = [];
    private readonly AutoResetEvent _arrived = new(false);
    private readonly Thread _thread;
    private volatile bool _isEnding;

    protected ChaosWorker(int port, string name, ChaosSeed seed, History history, params string[] filters)
    {
        (Name, Choices, History) = (name, seed.For(name), history);
        Client = new PlainClient(port, name, Receive, filters);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    protected string Name { get; }

    protected Random Choices { get; }

    protected History History { get; }

    protected PlainClient Client { get; }

    public void Start() => _thread.Start();

    /// <summary>Ends with what it is at, which is waited for.</summary>
    public void End()
    {
        _isEnding = true;
        if (!_thread.Join(2 * Patience))
            throw new TimeoutException($"{Name} does not end.");
    }

    public void Dispose()
    {
        _isEnding = true;
        Client.Dispose();
        _arrived.Dispose();
    }

    /// <summary>One thing to ask, number n.</summary>
    protected abstract void Ask(int number);

    /// <summary>The id of what a message answers for good, or null.</summary>
    protected abstract string? FindAnswered(PlainMessage message, JsonElement payload);

    /// <summary>Sends until it is answered.</summary>
    /// <returns>The answer, or null when there was none, and how often it was sent.</returns>
    protected (JsonElement? Answer, int Attempts) AskUntilAnswered(string id, string topic, string payload, bool retain = false)
    {
        var attempts = 0;
        for (var begun = History.Now; History.Now - begun < Patience;)
        {
            if (!Client.TryPublish(topic, payload, retain))
            {
                Thread.Sleep(20);
                continue;
            }

            attempts++;
            for (var sent = History.Now; History.Now - sent < AskAgainAfter;)
            {
                if (Take(id) is { } answer)
                    return (answer, attempts);
                _arrived.WaitOne(50);
            }
        }

        return (null, attempts);
    }

    /// <summary>Asks the stage or the encoder, until it gets a final reply that is not about the moment.</summary>
    protected (JsonElement? Answer, int Attempts) Call(string id, string target, string method, string members)
    {
        for (var attempts = 0; ; Thread.Sleep(100))
        {
            var (answer, more) = AskUntilAnswered(id, $"{Box}call/{Name}/{target}/{method}", $$"""{"id":"{{id}}",{{members}}}""");
            attempts += more;
            if (answer is not { } reply || CodeOf(reply) is not ("BUSY" or "SHUTTING_DOWN"))
                return (answer, attempts);
        }
    }

    /// <summary>ok, or the code of the error.</summary>
    protected static string CodeOf(JsonElement reply) => reply.GetProperty("ok").GetBoolean() ? "ok" : reply.GetProperty("error").GetProperty("code").GetString()!;

    private void Run()
    {
        for (var number = 1; !_isEnding; number++)
        {
            Ask(number);
            Thread.Sleep(Choices.Next(5, 40));
        }
    }

    private void Receive(PlainMessage message)
    {
        if (message.Payload.Length == 0)
            return;
        using var document = JsonDocument.Parse(message.Payload);
        if (FindAnswered(message, document.RootElement) is not { } id)
            return;
        lock (_gate)
            _answers[id] = document.RootElement.Clone();
        _arrived.Set();
    }

    private JsonElement? Take(string id)
    {
        lock (_gate)
            return _answers.Remove(id, out var answer) ? answer : null;
    }
}
