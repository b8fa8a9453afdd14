using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime.Tests;

/// <summary>A box whose one instrument counts its calls, and callers who send requests to its desk.</summary>
internal sealed class GivenDesk : IAsyncDisposable
{
    private readonly Func<double, double>? _run;
    private int _calls;

    public GivenDesk(IStateDisk? disk = null, Func<double, double>? run = null, RequestOptions? options = null, bool isOnSystemTime = true)
    {
        _run = run;
        Given = new GivenBox(isOnSystemTime ? TimeProvider.System : null, state: disk, requests: options);
        Given.Instrument(Run);
    }

    public GivenBox Given { get; }

    public EdgeBox Box => Given.Box;

    /// <summary>How often the instrument was called.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Sends a request; the answers come to the list that is returned.</summary>
    public Answers Send(string method = "run", string arguments = """{"argument":1}""", string? id = null, string caller = "alice", TimeSpan? budget = null, Func<RpcRequest, RpcRequest>? with = null, RpcAccess verb = RpcAccess.Control, string target = "instrument", RpcAccess role = RpcAccess.Admin)
    {
        var answers = new Answers();
        var request = new RpcRequest
        {
            Caller = new Caller(caller, role),
            Target = target,
            Method = method,
            Verb = verb,
            Id = id,
            Arguments = CallTests.Json(arguments),
            Deadline = Box.TimeProvider.GetDeadline(budget ?? TimeSpan.FromSeconds(20)),
            Address = Encoding.UTF8.GetBytes($"{caller}/{id}"),
        };
        Box.Requests.Submit(with?.Invoke(request) ?? request, answers.Add);
        return answers;
    }

    public Task<RpcReply> AskAsync(string method = "run", string arguments = """{"argument":1}""", string? id = null, string caller = "alice", RpcAccess verb = RpcAccess.Control, string target = "instrument", RpcAccess role = RpcAccess.Admin) =>
        Send(method, arguments, id, caller, verb: verb, target: target, role: role).FinalAsync();

    public async Task<JsonElement> AskBoxAsync(string method, string arguments, RpcAccess verb = RpcAccess.Read, string caller = "alice", RpcAccess role = RpcAccess.Control)
    {
        var reply = await AskAsync(method, arguments, null, caller, verb, "_box", role);
        return reply.Error is { } error ? throw error : CallTests.Json(Encoding.UTF8.GetString(reply.Result.Span));
    }

    public ValueTask DisposeAsync() => Given.DisposeAsync();

    private double Run(double argument)
    {
        Interlocked.Increment(ref _calls);
        return _run is null ? argument : _run(argument);
    }
}

/// <summary>What came back for one copy of a request.</summary>
internal sealed class Answers
{
    private readonly ConcurrentQueue<RpcReply> _all = new();
    private readonly TaskCompletionSource<RpcReply> _final = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<RpcReply> All => [.. _all];

    public bool IsAnswered => _final.Task.IsCompleted;

    public void Add(RpcReply reply)
    {
        _all.Enqueue(reply);
        if (!reply.IsInterim)
            Assert.True(_final.TrySetResult(reply), "A request was answered twice.");
    }

    public Task<RpcReply> FinalAsync() => _final.Task.WaitAsync(GivenBox.Patience);
}
