using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Stages;

/// <summary>The calls of a <see cref="Stage"/>.</summary>
public sealed partial class StageRunner : QmiTaskRunner<StageSettings, StageStatus>
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private AxisProxy Axis => Box.GetProxy<AxisProxy>("axis");

    /// <summary>Bumps the stage and says how often it has been bumped.</summary>
    /// <param name="n">How many times.</param>
    /// <param name="holdMs">How long to hold it before.</param>
    [RpcMethod(Cancellable = true, TimeoutMs = 60_000)]
    public long Bump([Range(1, 1000)] int n = 1, [Range(0, 60_000), Unit("ms")] int holdMs = 0)
    {
        Interruption.Token.WaitHandle.WaitOne(holdMs);
        Interruption.ThrowIfRequested();
        return Axis.Bump(n, CurrentCall.Id ?? "");
    }

    /// <summary>Moves the stage and waits until it is there.</summary>
    [RpcMethod(Cancellable = true, TimeoutMs = 20_000)]
    [return: Unit("mm")]
    public double Move([Range(-25, 25), Unit("mm")] double pos, [Range(0.1, 100), Unit("mm/s")] double speed = 1)
    {
        // Many short calls rather than a long one: whoever reads the axis meanwhile does not wait.
        var axis = Axis;
        var from = axis.ReadPosition();
        var way = Math.Abs(pos - from);
        for (double done = 0; done < way; done += speed * Step.TotalSeconds)
        {
            axis.SetPosition(from + (Math.Sign(pos - from) * done));
            CurrentCall.ReportProgress(done / way);
            // A call that is cancelled, or a box that stops, leaves it where it is.
            Interruption.Token.WaitHandle.WaitOne(Step);
            Interruption.ThrowIfRequested();
        }

        axis.SetPosition(pos);
        return pos;
    }

    /// <summary>What a jammed stage does.</summary>
    [RpcMethod]
    public void Jam() => throw new InvalidOperationException("the stage is jammed at the left end");

    /// <summary>The way of the last calibration, one value for each step.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    [return: Unit("mm")]
    public double[] GetProfile([Range(1, 1_000_000)] int steps = 10) => [.. Enumerable.Range(0, steps).Select(step => Math.Round(Math.Sin(step), 6))];
}
