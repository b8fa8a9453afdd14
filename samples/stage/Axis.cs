using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Qmi.Edge.Runtime;

namespace Stages;

/// <summary>A motor with an encoder, simulated, that can be bumped by hand.</summary>
public sealed partial class Axis(InstrumentInit init, string logbook = "") : QmiInstrument(init)
{
    private double _position;
    private long _bumps;

    /// <summary>Where it is.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    [return: Unit("mm")]
    public double ReadPosition() => Volatile.Read(ref _position);

    /// <summary>How often it was bumped.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    public long CountBumps() => Interlocked.Read(ref _bumps);

    /// <summary>Bumps it; a logbook, a file, has a line for each bump.</summary>
    /// <param name="n">How many times.</param>
    /// <param name="note">What the logbook says beside it.</param>
    [RpcMethod]
    public long Bump(int n = 1, string note = "")
    {
        if (logbook.Length > 0)
            File.AppendAllText(logbook, string.Create(CultureInfo.InvariantCulture, $"{n} {note}\n"));
        return Interlocked.Add(ref _bumps, n);
    }

    /// <summary>Puts it there.</summary>
    [RpcMethod(Idempotent = true)]
    public void SetPosition([Range(-25, 25), Unit("mm")] double pos) => Volatile.Write(ref _position, pos);
}
