using Qmi.Edge.Runtime;

namespace Stages;

/// <summary>Publishes where an axis is, at every turn.</summary>
public sealed partial class Encoder(TaskInit init, AxisProxy axis) : QmiLoopTask<Nothing, Nothing>(init, period: TimeSpan.FromMilliseconds(1), MissedLoopPolicy.Skip)
{
    private double _position;

    /// <summary>Where the axis is.</summary>
    [Signal, Unit("mm")]
    public partial Signal<double> Pos { get; }

    protected override void LoopIteration() => _position = axis.ReadPosition();

    protected override void PublishSignals() => Pos.Publish(_position);
}
