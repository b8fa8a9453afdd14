using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>A loop that notes how late it is, and does nothing else.</summary>
public sealed partial class LatenessLoop(TaskInit init)
    : QmiLoopTask<Nothing, Nothing>(init, Lateness.Period, MissedLoopPolicy.Skip)
{
    internal LatenessGrid Grid { get; } = new(Lateness.Period);

    protected override void LoopPrepare() => Grid.Begin(TimeProvider.GetNanoseconds());

    protected override void LoopIteration() => Grid.Turn(TimeProvider.GetNanoseconds());
}

/// <summary>A loop at 100 Hz that makes garbage.</summary>
public sealed partial class GarbageLoop(TaskInit init, int bytesPerSecond)
    : QmiLoopTask<Nothing, Nothing>(init, TimeSpan.FromMilliseconds(10), MissedLoopPolicy.Skip)
{
    private const int Piece = 200;

    // Some of it lives for a while, as what a bridge has under way does.
    private readonly byte[][] _kept = new byte[5000][];
    private int _next;

    protected override void LoopIteration()
    {
        for (var left = bytesPerSecond / 100; left > 0; left -= Piece)
        {
            _kept[_next] = new byte[Piece];
            _next = (_next + 1) % _kept.Length;
        }
    }
}
