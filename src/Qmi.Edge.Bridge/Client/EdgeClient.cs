using System.Collections.Concurrent;
using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// A program's way to the boxes of a broker: proxies as in the process, of objects anywhere. It connects again by itself, and then everything
/// goes on: calls that wait, subscriptions, locks whose lease has not ended. All of it may be used from any thread.
/// </summary>
public sealed class EdgeClient : IAsyncDisposable
{
    private static readonly RpcMethodDescription LoopStatisticsMethod = new() { Name = "get_loop_statistics", Access = RpcAccess.Read, Idempotent = true };
    private static readonly byte[] NoArguments = "{}"u8.ToArray();

    private readonly ClientLink _link;
    private readonly ClientDesk _desk;
    private readonly SettingsSender _pusher;
    private readonly ConcurrentDictionary<(string Box, string Name), RemoteObject> _objects = new();
    private int _isDisposed;

    private EdgeClient(EdgeClientOptions options)
    {
        _link = new ClientLink(options);
        _desk = new ClientDesk(_link);
        _pusher = new SettingsSender(_link);
    }

    /// <summary>As whom the program calls: its user name at the broker.</summary>
    public string Caller => _link.Topics.Caller;

    /// <summary>Whether there is a connection to the broker now. Nothing needs to be done when there is none: it connects again by itself.</summary>
    public bool IsConnected => _link.IsConnected;

    /// <summary>What was out of the ordinary so far.</summary>
    public EdgeClientStatistics Statistics => _link.Counters.Statistics;

    /// <summary>Connects to a broker, and returns when calls can be answered.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="QmiException"><see cref="ErrorCode.Forbidden"/>: the broker does not let the user in; <see cref="ErrorCode.Expired"/>: it was not reached in time.</exception>
    public static async Task<EdgeClient> ConnectAsync(EdgeClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid();
        var client = new EdgeClient(options);
        try
        {
            await client._link.StartAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A new proxy of an object in a box (QMI: get_task, get_instrument). Nothing is sent: whether the object is there shows at the first call.</summary>
    /// <typeparam name="TProxy">The generated proxy of the object's class.</typeparam>
    /// <param name="box">Name of the box.</param>
    /// <param name="name">Name of the object in it.</param>
    /// <exception cref="QmiException">One of the names is no name.</exception>
    public TProxy GetProxy<TProxy>(string box, string name)
        where TProxy : ObjectProxy, IDescribed<TProxy>
    {
        ObjectName.ThrowIfInvalid(box, "box");
        ObjectName.ThrowIfInvalid(name, "object");
        var remote = _objects.GetOrAdd((box, name), key => new RemoteObject(_link, _desk, _pusher, key.Box, key.Name));
        return (TProxy)TProxy.EdgeType.CreateProxy(RpcChannel.To(TProxy.EdgeType, remote));
    }

    /// <summary>The boxes that have shown themselves at the broker, also those that are away, by name (QMI: discover_peer_contexts).</summary>
    /// <exception cref="QmiException">The broker does not answer.</exception>
    public async Task<IReadOnlyList<RemoteBox>> GetBoxesAsync(CancellationToken cancellationToken = default)
    {
        var boxes = await RetainedSurvey.ReadAsync(_link, _link.Topics.All.State, static message => RemoteBox.Read(message.Topic, message.Payload), static _ => false, cancellationToken).ConfigureAwait(false);
        return [.. boxes.OrderBy(box => box.Name, StringComparer.Ordinal)];
    }

    /// <summary>What an object says of itself, as the broker has retained it.</summary>
    /// <param name="box">Name of the box.</param>
    /// <param name="name">Name of a task or instrument in it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.NoSuchObject"/>; or the broker does not answer.</exception>
    public async Task<RemoteDescription> GetDescriptionAsync(string box, string name, CancellationToken cancellationToken = default)
    {
        ObjectName.ThrowIfInvalid(box, "box");
        ObjectName.ThrowIfInvalid(name, "object");
        var filter = $"{_link.Topics.Of(box).Box}/+/{name}/info";
        var found = await RetainedSurvey.ReadAsync(_link, filter, static message => RemoteDescription.Read(message.Topic, message.Payload), static _ => true, cancellationToken).ConfigureAwait(false);
        return found.FirstOrDefault()
            ?? throw new QmiException(ErrorCode.NoSuchObject, $"The broker has no description of {name} in {box}: look at the names, and whether the box was ever online.");
    }

    /// <summary>What the loop of a task has done, for a program that does not have the task's class; null for a task without a loop.</summary>
    /// <param name="box">Name of the box.</param>
    /// <param name="task">Name of a task in it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="QmiException">What the box answered, or why it did not; <see cref="ErrorCode.UnsupportedVersion"/>: it is of another version than this program.</exception>
    public async Task<LoopStatistics?> GetLoopStatisticsAsync(string box, string task, CancellationToken cancellationToken = default)
    {
        ObjectName.ThrowIfInvalid(box, "box");
        ObjectName.ThrowIfInvalid(task, "object");
        var request = new ClientRequest(box, task, LoopStatisticsMethod, NoArguments, _link.DefaultTimeout, null, null);
        var answer = await _desk.CallAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return LoopStatisticsDocument.Read(answer);
        }
        catch (JsonException exception)
        {
            throw new QmiException(ErrorCode.UnsupportedVersion, $"The box {box} is of another version than this program: {exception.Message}", Executed.Yes, exception);
        }
    }

    /// <summary>Says goodbye to the broker and ends. Whatever still waits is answered with <see cref="ErrorCode.Cancelled"/>; locks are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            await _link.DisposeAsync().ConfigureAwait(false);
    }
}
