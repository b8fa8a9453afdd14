using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>What a <see cref="BusyLoop"/> shows of itself.</summary>
/// <param name="Turn">How many turns it has run.</param>
/// <param name="Value">What it would have read.</param>
public readonly record struct BusyStatus(long Turn, double Value);

/// <summary>A loop that does what most do: settings in, a status and a signal out, every turn.</summary>
public sealed partial class BusyLoop(TaskInit init)
    : QmiLoopTask<Nothing, BusyStatus>(init, TimeSpan.FromMilliseconds(100), MissedLoopPolicy.Skip)
{
    private long _turn;

    /// <summary>What it would have read.</summary>
    [Signal]
    public partial Signal<double> Reading { get; }

    protected override void LoopIteration() => _turn++;

    protected override bool UpdateStatus()
    {
        Status = new BusyStatus(_turn, Math.Sin(_turn));
        return true;
    }

    protected override void PublishSignals() => Reading.Publish(Status.Value);
}
