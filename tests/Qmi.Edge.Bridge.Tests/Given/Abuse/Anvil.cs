using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public enum AnvilFace
{
    Flat,
    VeryRound,
}

/// <summary>What is struck with.</summary>
public sealed record Hammer([property: Range(0.1, 20), Unit("kg")] double Mass, string Name = "", AnvilFace Face = AnvilFace.Flat);

/// <summary>An instrument whose methods take one of everything and never fail.</summary>
public sealed partial class Anvil(InstrumentInit init) : QmiInstrument(init)
{
    private long _strikes;

    [RpcMethod]
    public long Strike(double force, [Range(1, 1000)] int times = 1, AnvilFace face = AnvilFace.Flat, [StringLength(100)] string note = "") => Interlocked.Add(ref _strikes, times);

    [RpcMethod(Idempotent = true)]
    public int Forge(Hammer hammer, IReadOnlyList<double>? heats = null, IReadOnlyDictionary<string, long>? parts = null, DateTimeOffset? until = null, TimeSpan? pause = null) => (heats?.Count ?? 0) + (parts?.Count ?? 0);

    /// <summary>Gives back what it was given, so that strange text makes the whole way.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    public string Echo(string text) => text;

    [RpcMethod(Access = RpcAccess.Read)]
    public IReadOnlyList<ulong> Count(ulong from = 0, [Range(0, 100)] byte count = 1) => [.. Enumerable.Range(0, count).Select(step => unchecked(from + (ulong)step))];
}
