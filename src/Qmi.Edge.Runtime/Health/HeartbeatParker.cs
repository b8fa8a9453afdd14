namespace Qmi.Edge.Runtime;

/// <summary>The parker of a task's thread: through it go all waits of the runtime, each of them a rest with a sign of life at its end.</summary>
internal sealed class HeartbeatParker(Parker parker, Heartbeat heartbeat) : Parker
{
    public override bool Park(long deadline)
    {
        heartbeat.Rest();
        var taken = parker.Park(deadline);
        heartbeat.Beat();
        return taken;
    }

    public override void Unpark() => parker.Unpark();
}
