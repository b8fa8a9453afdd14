using System.Collections.Concurrent;
using System.Globalization;

namespace Qmi.Edge.Bridge.Tests;

/// <summary>What callers have sent and what they were told: one final answer for each, and no other.</summary>
/// <param name="callers">How many callers there are, named c0, c1, ...</param>
/// <param name="subject">What they send, in plural: "requests".</param>
internal sealed class Tally(int callers, string subject)
{
    private readonly ConcurrentDictionary<string, long> _outcomes = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly int[] _finals = new int[callers];
    private readonly int[] _sent = new int[callers];
    private readonly Func<string>?[] _last = new Func<string>?[callers];
    private readonly ConcurrentQueue<string>[] _told = new ConcurrentQueue<string>[callers];
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private int _allFinals;
    private readonly List<long> _memory = [];

    /// <summary>How much was sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Whether as many final answers came as was sent.</summary>
    public bool IsSettled => Volatile.Read(ref _allFinals) >= Sent;

    /// <summary>Whether all is right so far.</summary>
    public bool IsRight => _wrong.IsEmpty && _finals.SequenceEqual(_sent);

    public static string NameOf(int caller) => $"c{caller.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>A caller sends something.</summary>
    /// <param name="caller">The caller's number.</param>
    /// <param name="describe">Says what it is; asked only when something is wrong.</param>
    public void Send(int caller, Func<string> describe)
    {
        _sent[caller]++;
        Sent++;
        _last[caller] = describe;
        _told[caller] = [];
    }

    /// <summary>A caller is told something that is not the end.</summary>
    public void Tell(int caller, string what) => _told[caller].Enqueue(what);

    /// <summary>A caller is given the final answer.</summary>
    public void End(int caller, string outcome)
    {
        _outcomes.AddOrUpdate(outcome, 1, static (_, count) => count + 1);
        Interlocked.Increment(ref _finals[caller]);
        Interlocked.Increment(ref _allFinals);
    }

    /// <summary>Something came that must not.</summary>
    public void Blame(string what) => _wrong.Enqueue(what.Length <= 1000 ? what : what[..1000] + "...");

    public long CountOf(string outcome) => _outcomes.GetValueOrDefault(outcome);

    /// <summary>Fails when anything is wrong so far.</summary>
    public void AssertRight(string where)
    {
        Assert.True(_wrong.IsEmpty, $"{where}: {string.Join('\n', _wrong.Take(10))}");
        Assert.True(_finals.SequenceEqual(_sent), $"{where}, {Sent} {subject}: {string.Join(' ', Enumerable.Range(0, callers).Where(caller => _finals[caller] != _sent[caller]).Select(Unequal))}");
    }

    /// <summary>Notes after each tenth of what is to be sent how much memory is in use: after the first, what is remembered for a while is there.</summary>
    public void Weigh(int toBeSent)
    {
        if (Sent >= (_memory.Count + 1L) * toBeSent / 10)
            _memory.Add(GC.GetTotalMemory(forceFullCollection: true));
    }

    /// <summary>Fails when more memory is in use at the end than after the first tenth, beyond noise.</summary>
    public void AssertNoGrowth(ITestOutputHelper output)
    {
        var growth = _memory[^1] - _memory[0];
        foreach (var (outcome, count) in _outcomes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            output.WriteLine($"{outcome}: {count}");
        output.WriteLine($"{Sent} {subject} in {TimeProvider.System.GetElapsedTime(_began).TotalSeconds:0.0} s; KiB in use after each tenth: {string.Join(' ', _memory.Select(bytes => bytes / 1024))}; {Environment.WorkingSet >> 20} MiB in all");
        Assert.True(growth < 2 << 20, $"{growth} bytes more after {Sent} {subject} than after the first tenth of them.");
    }

    /// <summary>Fails when an outcome never came: a generator that makes only one kind of nonsense proves little.</summary>
    public void AssertAllSeen(params string[] outcomes) => Assert.All(outcomes, outcome => Assert.True(_outcomes.ContainsKey(outcome), $"Nothing was answered {outcome}."));

    private string Unequal(int caller) => $"{_finals[caller]} for {_sent[caller]}, the last was {_last[caller]?.Invoke()} and was told {string.Join(", ", _told[caller] ?? [])}.";
}
