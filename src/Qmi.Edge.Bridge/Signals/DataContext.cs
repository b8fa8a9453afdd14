using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>What the publishers of a box's signals share.</summary>
/// <param name="Box">The box.</param>
/// <param name="Topics">Its topics.</param>
/// <param name="Options">How it is shown.</param>
/// <param name="Connection">The connection for data.</param>
/// <param name="Wake">Makes the worker look; from any thread, never blocks.</param>
internal sealed record DataContext(EdgeBox Box, Topics Topics, BridgeOptions Options, IMqttConnection Connection, Action Wake)
{
    // What an answer with one batch has around it.
    private const int Frame = 2048;

    /// <summary>Who writes batches.</summary>
    public BatchWriter Writer { get; } = new();

    /// <summary>Who notices losses.</summary>
    public SignalLoss Loss { get; } = new(Box);

    /// <summary>How many bytes a batch may have: it must go through the broker, and fit into the answer to who has missed it.</summary>
    public int MostBatchBytes
    {
        get
        {
            var most = Math.Min(Options.PayloadLimit, Box.Requests.Options.ResultLimit) - Frame;
            return Connection.Session?.MaximumPacketSize is { } limit && limit < most + Frame ? Math.Max(Frame, (int)limit - Frame) : most;
        }
    }
}
