using System.Text.Json;

namespace Qmi.Edge.EndToEnd.Tests;

/// <summary>Locks the encoder, keeps it for a while, renews it or not, gives it back or forgets it.</summary>
internal sealed class ChaosLocker(int port, string name, ChaosSeed seed, History history) : ChaosWorker(port, name, seed, history, $"{Box}reply/{name}/#")
{
    private const string Target = "encoder";

    // Short: whoever forgets a lock, or is away with it when the box comes back, must not keep the other out for long.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1.2);

    protected override void Ask(int number)
    {
        var (stays, renews, forgets) = (Choices.Next(10, 150), Choices.Next(2) == 0, Choices.Next(12) == 0);
        var token = $"{Name}-token-{number}";
        var asked = History.Now;
        var (answer, _) = Call($"{Name}-lock-{number}", Target, "lock", $$$"""
            "args":{"wait_ms":500,"lease_ms":{{{Lease.TotalMilliseconds}}},"token":"{{{token}}}"}
            """);
        if (answer is not { } reply || CodeOf(reply) != "ok")
        {
            if (answer is null)
                History.Requests.Enqueue(new EndedRequest($"{Name}-lock-{number}", null, "", 0));
            return;
        }

        var fence = reply.GetProperty("result").GetProperty("fence").GetInt64();
        var (from, until) = (History.Now, asked + Lease);
        Thread.Sleep(stays);
        if (renews)
            until = Renew(number, token, fence, until);
        var end = History.Now < until ? History.Now : until;
        if (end > from)
            History.Claims.Enqueue(new LockClaim(Name, fence, from, forgets ? until : end));
        if (!forgets)
            Call($"{Name}-unlock-{number}", Target, "unlock", $"\"lock\":\"{token}\"");
    }

    protected override string? FindAnswered(PlainMessage message, JsonElement payload) =>
        payload.TryGetProperty("final", out var final) && final.GetBoolean() && payload.TryGetProperty("id", out var id) ? id.GetString() : null;

    private TimeSpan Renew(int number, string token, long fence, TimeSpan until)
    {
        var asked = History.Now;
        var (answer, attempts) = Call($"{Name}-renew-{number}", Target, "renew", $"\"lock\":\"{token}\"");
        if (answer is not { } reply)
            return until;
        if (CodeOf(reply) == "ok" && attempts == 1)
            return asked + Lease;
        // Whoever was told in time that it is lost had it; when the answer came late, it may have been over.
        if (CodeOf(reply) == "LOCK_LOST" && History.Now < until)
            History.Lost.Enqueue(new LostLock(Name, fence, History.Now, until, reply.GetRawText()));
        return until;
    }
}
