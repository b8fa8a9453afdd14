using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers.Tests;

/// <summary>An instrument that talks without pause: no read ever finds the line empty, and still every one ends.</summary>
public sealed class TalkativeTransportTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TalkativeTransport _transport = new(new ManualTime());

    public TalkativeTransportTests() => _transport.Open();

    public void Dispose() => _transport.Dispose();

    [Fact]
    public void Discarding_stops_at_the_limit() => Assert.InRange(_transport.DiscardRead(), _transport.MaxReplyLength, 2 * _transport.MaxReplyLength);

    [Fact]
    public void Looking_for_a_terminator_ends_at_the_timeout()
    {
        _transport.MaxReplyLength = int.MaxValue;

        Assert.Throws<TransportTimeoutException>(() => _transport.ReadUntil("\n"u8, Second));
    }

    [Fact]
    public void Reading_ends_at_the_timeout_and_keeps_what_came()
    {
        var timeout = Assert.Throws<TransportTimeoutException>(() => _transport.Read(1 << 24, Second));

        Assert.InRange(timeout.KeptBytes, 1, 1 << 24);
        Assert.Equal(timeout.KeptBytes, _transport.Read(timeout.KeptBytes, TimeSpan.Zero).Length);
    }

    [Fact]
    public void A_stop_ends_it()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using var scope = Interruption.Enter(stop.Token);

        Assert.ThrowsAny<OperationCanceledException>(() => _transport.ReadUntil("\n"u8, Timeout.InfiniteTimeSpan));
    }

    /// <summary>A kilobyte each millisecond.</summary>
    private sealed class TalkativeTransport(ManualTime time) : QmiTransport("talkative:", time)
    {
        protected override TimeSpan OpenTimeout => Second;

        protected override void OpenTransport(in TransportWait wait)
        {
        }

        protected override void CloseTransport()
        {
        }

        protected override int Receive(Span<byte> buffer, long deadline)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            var count = Math.Min(buffer.Length, 1024);
            buffer[..count].Fill((byte)'x');
            return count;
        }

        protected override int Send(ReadOnlySpan<byte> data, long deadline) => data.Length;

        protected override void InterruptWait()
        {
        }
    }
}
