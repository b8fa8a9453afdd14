using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge;

/// <summary>
/// Brings the batches of one signal to its receivers. What is missing is seen from the numbers, whether it was lost in the box, on the way,
/// or while there was no connection; what comes twice is given once.
/// </summary>
internal sealed class RemoteSignalFeed(SignalInlet inlet) : IRemoteFeed
{
    private string? _boot;
    private long _expected = -1;

    public bool IsStream => true;

    public void Begin() => (_boot, _expected) = (null, -1);

    public void Take(ClientMessage message)
    {
        var batch = ReceivedBatch.Read(message.Payload);
        if (_boot is not null && batch.Boot != _boot)
            _expected = 0;
        // A box numbers from 0 after each start. Of what there was before the first batch nobody here knows, nor wants it.
        var lost = _expected < 0 ? 0 : batch.First - _expected;
        if (lost < 0)
            return;
        inlet.Add(batch.Values.Span, new SignalBatch(batch.First, batch.Count, batch.Time, batch.Offsets, batch.Quality), lost);
        (_boot, _expected) = (batch.Boot, batch.First + batch.Count);
    }
}

/// <summary>Turns the messages of one topic into values of a signal. Called one after the other.</summary>
internal interface IRemoteFeed
{
    /// <summary>Whether the messages are a stream and not documents.</summary>
    bool IsStream { get; }

    /// <summary>Somebody receives from now on.</summary>
    void Begin();

    /// <summary>A message arrived.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is not what it should be.</exception>
    void Take(ClientMessage message);
}
