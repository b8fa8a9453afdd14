using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Qmi.Edge.Testing;

/// <summary>A message that a supervisor saw.</summary>
public sealed record SeenMessage(string Topic, bool Retain, int Qos, string Payload)
{
    /// <summary>The payload as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Payload);
            return document.RootElement.Clone();
        }
    }
}

/// <summary>
/// A supervisory engineer with nothing but mosquitto's own clients: sees everything below one filter, publishes what the test says.
/// It shares no code with the box.
/// </summary>
public sealed class Supervisor : IDisposable
{
    private readonly ConcurrentQueue<SeenMessage> _seen = new();
    private readonly ChildProcess _subscriber;
    private readonly int _port;
    private readonly string[] _options;
    private int _read;

    /// <param name="port">Port of the broker on loopback.</param>
    /// <param name="filter">What to see.</param>
    /// <param name="version">MQTT version as mosquitto's clients name it: 5 or 311.</param>
    /// <param name="options">More options of mosquitto's clients, for example a user or a certificate. It must be able to read and write supervisor/ready.</param>
    public Supervisor(int port, string filter = "qmi/v1/#", string version = "5", params IReadOnlyList<string> options)
    {
        (_port, _options) = (port, ["-V", version, .. options]);
        // A tab cannot be in a topic of ours, and payloads of ours are one line.
        _subscriber = new ChildProcess("mosquitto_sub", ["-h", "127.0.0.1", "-p", Port, .. _options, "-q", "1", "-F", "%t\t%r\t%q\t%p", "-t", filter, "-t", "supervisor/ready"]);
        if (!SpinWait.SpinUntil(() => IsReady(), ChildProcess.Patience))
            throw new TimeoutException("mosquitto_sub saw nothing.");
    }

    /// <summary>Everything seen so far, in order.</summary>
    public IReadOnlyList<SeenMessage> Seen
    {
        get
        {
            Read();
            return [.. _seen];
        }
    }

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    /// <summary>The newest payload on a topic, or null.</summary>
    public string? Newest(string topic) => Seen.LastOrDefault(message => message.Topic == topic)?.Payload;

    /// <summary>Publishes with mosquitto_pub, as anybody would by hand.</summary>
    public void Publish(string topic, string? payload, params string[] options)
    {
        string[] content = payload is null ? ["-n"] : ["-m", payload];
        using var publisher = new ChildProcess("mosquitto_pub", ["-h", "127.0.0.1", "-p", Port, .. _options, "-q", "1", "-t", topic, .. content, .. options]);
        if (publisher.WaitForExit() != 0)
            throw new InvalidOperationException($"mosquitto_pub: {string.Join('\n', publisher.Errors)}");
    }

    /// <summary>Publishes a file's content, for payloads that no command line takes.</summary>
    public void PublishFile(string topic, string file)
    {
        using var publisher = new ChildProcess("mosquitto_pub", ["-h", "127.0.0.1", "-p", Port, .. _options, "-q", "1", "-t", topic, "-f", file]);
        if (publisher.WaitForExit() != 0)
            throw new InvalidOperationException($"mosquitto_pub: {string.Join('\n', publisher.Errors)}");
    }

    /// <summary>Waits for a message that is, or was, seen.</summary>
    public SeenMessage WaitFor(string topic, Func<JsonElement, bool>? condition = null, int from = 0)
    {
        SeenMessage? found = null;
        bool Look() => (found = Seen.Skip(from).FirstOrDefault(message => message.Topic == topic && message.Payload.Length > 0 && (condition is null || condition(message.Json)))) is not null;
        if (!SpinWait.SpinUntil(Look, ChildProcess.Patience))
            throw new TimeoutException($"Nothing that fits was seen on {topic}. Last there: {Newest(topic)}");
        return found!;
    }

    /// <summary>Sends a request and waits for its reply on the default topic.</summary>
    public JsonElement Ask(string box, string verb, string caller, string target, string method, string? payload = null)
    {
        var from = Seen.Count;
        Publish($"qmi/v1/box/{box}/{verb}/{caller}/{target}/{method}", payload);
        return WaitFor($"qmi/v1/box/{box}/reply/{caller}/{target}/{method}", from: from).Json;
    }

    public void Dispose() => _subscriber.Dispose();

    private bool IsReady()
    {
        Publish("supervisor/ready", "{}");
        return SpinWait.SpinUntil(() => Seen.Any(message => message.Topic == "supervisor/ready"), TimeSpan.FromMilliseconds(200));
    }

    private void Read()
    {
        lock (_seen)
        {
            var lines = _subscriber.Output;
            for (; _read < lines.Count; _read++)
            {
                var parts = lines[_read].Split('\t', 4);
                _seen.Enqueue(new SeenMessage(parts[0], parts[1] == "1", int.Parse(parts[2], CultureInfo.InvariantCulture), parts[3]));
            }
        }
    }
}
