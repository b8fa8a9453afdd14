using System.Collections.Concurrent;
using System.Diagnostics;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>A request that ended for its caller.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Code">ok, or the code of its error; null when no reply came, however often it was asked.</param>
/// <param name="Executed">What the reply says about that.</param>
/// <param name="Attempts">How often it was sent.</param>
internal sealed record EndedRequest(string Id, string? Code, string Executed, int Attempts);

/// <summary>A final reply to a request, as it was seen: those to the copies of one request must say the same.</summary>
internal sealed record SeenReply(string Id, string Answer);

/// <summary>A push that ended for its caller.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">The last state that its acks told; null when none did, however often it was pushed.</param>
/// <param name="Code">The code of a rejection.</param>
/// <param name="Revision">The revision that it got, or null.</param>
/// <param name="Value">What it asked for.</param>
internal sealed record EndedPush(string Id, string? State, string? Code, long? Revision, int Value);

/// <summary>Settings that the box has reported.</summary>
/// <param name="Revision">Their revision.</param>
/// <param name="Rate">One of two members that every push sets to the same value.</param>
/// <param name="Tenths">The other, in tenths.</param>
internal sealed record ReportedSettings(long Revision, int Rate, int Tenths);

/// <summary>A time in which somebody was sure to hold the lock: from the reply on, until it began to give it up or its lease, counted from when it asked, was over.</summary>
internal sealed record LockClaim(string Owner, long Fence, TimeSpan From, TimeSpan To);

/// <summary>Somebody who was sure to hold the lock was told that it was lost.</summary>
internal sealed record LostLock(string Owner, long Fence, TimeSpan At, TimeSpan ClaimedUntil, string Reply);

/// <summary>What those who took part have seen, for the checker.</summary>
internal sealed class History
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Since the beginning, on the monotonic clock.</summary>
    public TimeSpan Now => _clock.Elapsed;

    public ConcurrentQueue<EndedRequest> Requests { get; init; } = [];

    public ConcurrentQueue<SeenReply> Replies { get; init; } = [];

    public ConcurrentQueue<EndedPush> Pushes { get; init; } = [];

    /// <summary>In the order in which they were published.</summary>
    public ConcurrentQueue<ReportedSettings> Reported { get; init; } = [];

    public ConcurrentQueue<LockClaim> Claims { get; init; } = [];

    public ConcurrentQueue<LostLock> Lost { get; init; } = [];

    /// <summary>The ids in the logbook of the instrument: one for each time it was done.</summary>
    public IReadOnlyList<string> Done { get; set; } = [];

    /// <summary>The settings that the task has at the end.</summary>
    public ReportedSettings? Final { get; set; }

    /// <summary>The topics that were retained before anything was done, and at the end.</summary>
    public IReadOnlySet<string> RetainedBefore { get; set; } = new HashSet<string>();

    public IReadOnlySet<string> RetainedAfter { get; set; } = new HashSet<string>();

    /// <summary>Topics whose document at the end is from an earlier run of the box.</summary>
    public IReadOnlySet<string> FromEarlierRuns { get; set; } = new HashSet<string>();
}
