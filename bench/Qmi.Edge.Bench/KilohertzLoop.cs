using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>A loop at 1 kHz that publishes a number with many digits every turn.</summary>
public sealed partial class KilohertzLoop(TaskInit init)
    : QmiLoopTask<Nothing, Nothing>(init, TimeSpan.FromMilliseconds(1), MissedLoopPolicy.CatchUp)
{
    private long _turn;

    /// <summary>What it would have read.</summary>
    [Signal]
    public partial Signal<double> Reading { get; }

    protected override void PublishSignals() => Reading.Publish(Math.Sin(++_turn));
}
