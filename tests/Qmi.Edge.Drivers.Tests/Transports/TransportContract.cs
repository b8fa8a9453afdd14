using System.Diagnostics;
using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers.Tests;

/// <summary>What every transport promises, asked of the real thing: real sockets, real pseudo-terminals.</summary>
public abstract class TransportContract : IDisposable
{
    protected static readonly TimeSpan Patience = InstrumentPeer.Patience;
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(50);

    private readonly InstrumentPeer _peer;
    private readonly QmiTransport _transport;

    protected TransportContract(InstrumentPeer peer)
    {
        _peer = peer;
        _transport = TransportDescriptor.Parse(peer.Descriptor).CreateTransport();
        _peer.Connect(_transport);
    }

    public void Dispose()
    {
        _transport.Dispose();
        _peer.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Bytes_arrive_unchanged_in_both_directions()
    {
        var all = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();

        _transport.Write(all);
        Assert.Equal(all, _peer.Receive(256));

        _peer.Send(all);
        Assert.Equal(all, _transport.Read(256, Patience));
    }

    [Fact]
    public void A_line_that_comes_byte_by_byte_is_read_whole()
    {
        var slow = Background.Run(() =>
        {
            foreach (var value in "+1.25E-3\r\n"u8)
            {
                _peer.Send([value]);
                Thread.Sleep(3);
            }
        });

        Assert.Equal("+1.25E-3\r\n", ReadLine("\r\n", Patience));
        slow.Join();
    }

    [Fact]
    public void Half_a_line_at_the_timeout_is_kept_for_the_next_read()
    {
        _peer.Send("21."u8);

        var timeout = TimeOutUntilKept(3, () => ReadLine("\n", Brief));
        Assert.Equal(ErrorCode.DeviceError, timeout.Code);
        Assert.False(timeout.IsCallDeadline);
        Assert.Contains("\"21.\"", timeout.Message, StringComparison.Ordinal);

        _peer.Send("5\n"u8);
        Assert.Equal("21.5\n", ReadLine("\n", Patience));
    }

    [Fact]
    public void Too_few_bytes_at_the_timeout_are_kept_for_the_next_read()
    {
        _peer.Send("abc"u8);

        TimeOutUntilKept(3, () => _transport.Read(5, Brief));

        _peer.Send("def"u8);
        Assert.Equal("abcde"u8, _transport.Read(5, Patience));
        Assert.Equal("f"u8, _transport.Read(1, Patience));
    }

    [Fact]
    public void Garbage_before_the_reply_is_not_hidden_and_can_be_discarded()
    {
        _peer.Send("\0\xff?!"u8);
        WaitForBytes(5);

        Assert.Equal(5, _transport.DiscardRead());

        _peer.Send("reply\n"u8);
        Assert.Equal("reply\n", ReadLine("\n", Patience));
    }

    [Fact]
    public void A_wrong_terminator_ends_in_a_timeout_that_shows_what_came()
    {
        _peer.Send("reply\r"u8);

        var timeout = TimeOutUntilKept(6, () => ReadLine("\n", Brief));

        Assert.Contains("no terminator \"\\n\"", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("reply\\r", timeout.Message, StringComparison.Ordinal);
        Assert.Equal("reply\r", ReadLine("\r", Patience));
    }

    [Fact]
    public void A_terminator_of_several_bytes_may_come_in_pieces()
    {
        _peer.Send("one\r"u8);
        TimeOutUntilKept(4, () => ReadLine("\r\n", Brief));
        _peer.Send("\ntwo\r\n"u8);

        Assert.Equal("one\r\n", ReadLine("\r\n", Patience));
        Assert.Equal("two\r\n", ReadLine("\r\n", Patience));
    }

    [Fact]
    public void An_oversized_reply_stops_at_the_limit_and_can_be_discarded()
    {
        _transport.MaxReplyLength = 1000;
        _peer.Send(new byte[1500]);

        var overflow = Assert.Throws<TransportOverflowException>(() => ReadLine("\n", Patience));
        Assert.InRange(overflow.KeptBytes, 1000, 1500);

        for (var dropped = 0; dropped < 1500;)
            dropped += _transport.DiscardRead();
        _peer.Send("reply\n"u8);
        Assert.Equal("reply\n", ReadLine("\n", Patience));
    }

    [Fact]
    public void A_long_message_is_read_whole()
    {
        var block = new byte[200_000];
        new Random(1).NextBytes(block);

        var sending = Background.Run(() => _peer.Send(block));
        Assert.Equal(block, _transport.Read(block.Length, Patience));
        sending.Join();
    }

    [Fact]
    public void What_comes_until_a_timeout_is_returned_without_an_error()
    {
        Span<byte> bytes = stackalloc byte[10];
        Assert.Equal(0, _transport.ReadUntilTimeout(bytes, TimeSpan.Zero));

        _peer.Send("abc"u8);
        WaitForBytes(3);
        Assert.Equal(3, _transport.ReadUntilTimeout(bytes, Brief));
        Assert.Equal("abc"u8, bytes[..3]);

        _peer.Send("0123456789+"u8);
        Assert.Equal(10, _transport.ReadUntilTimeout(bytes, Patience));
        Assert.Equal("+"u8, _transport.Read(1, Patience));
    }

    [Fact]
    public void No_byte_is_lost_or_doubled_whatever_the_order_of_reads_and_timeouts()
    {
        const int Length = 30_000;
        var stream = new byte[Length];
        new Random(7).NextBytes(stream);
        var sending = Background.Run(() =>
        {
            var random = new Random(8);
            for (var sent = 0; sent < Length;)
            {
                var count = Math.Min(random.Next(1, 700), Length - sent);
                _peer.Send(stream.AsSpan(sent, count));
                sent += count;
                if (random.Next(4) == 0)
                    Thread.Sleep(1);
            }
        });

        var received = new List<byte>();
        var choose = new Random(9);
        var room = new byte[900];
        while (received.Count < Length)
        {
            var timeout = TimeSpan.FromMilliseconds(choose.Next(3));
            try
            {
                switch (choose.Next(3))
                {
                    case 0:
                        received.AddRange(_transport.ReadUntil([(byte)choose.Next(256)], timeout));
                        break;
                    case 1:
                        received.AddRange(_transport.Read(choose.Next(900), timeout));
                        break;
                    default:
                        received.AddRange(room.AsSpan(0, _transport.ReadUntilTimeout(room, timeout)));
                        break;
                }
            }
            catch (TransportTimeoutException)
            {
            }
        }

        sending.Join();
        Assert.Equal(stream, received);
    }

    [Fact]
    public void A_peer_that_goes_in_the_middle_ends_the_read_at_once_and_what_came_is_kept()
    {
        _peer.Send("21."u8);
        TimeOutUntilKept(3, () => ReadLine("\n", Brief));

        var reading = Background.Run(() => ReadLine("\n", Timeout.InfiniteTimeSpan)).WaitUntilAsleep();
        _peer.HangUp();

        var closed = Assert.IsType<TransportClosedException>(reading.JoinFailing());
        Assert.Equal(3, closed.KeptBytes);
        Assert.Equal("21."u8, _transport.Read(3, Patience));
        Assert.Throws<TransportClosedException>(() => _transport.Read(1, Patience));
        Assert.Throws<TransportClosedException>(() => _transport.ReadUntilTimeout(new byte[1], Patience));
        Assert.Equal(0, _transport.DiscardRead());
    }

    [Fact]
    public void Writing_to_a_peer_that_has_gone_is_an_error_and_never_a_signal_that_kills_the_process()
    {
        _peer.HangUp();

        Assert.Throws<TransportClosedException>(() =>
        {
            // A first write may still go into the system's buffer.
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                _transport.Write("*IDN?\n"u8);
                Thread.Sleep(1);
            }
        });
    }

    [Fact]
    public void After_the_peer_has_returned_the_transport_can_be_opened_again()
    {
        _peer.Send("old"u8);
        TimeOutUntilKept(3, () => ReadLine("\n", Brief));
        for (var round = 0; round < 3; round++)
        {
            _peer.HangUp();
            _transport.Close();
            _peer.Return();
            _peer.Connect(_transport);

            _transport.Write("?"u8);
            Assert.Equal("?"u8, _peer.Receive(1));
            _peer.Send("new\n"u8);
            Assert.Equal("new\n", ReadLine("\n", Patience));
        }
    }

    [Fact]
    public void A_stop_ends_a_blocked_read_at_once_and_keeps_what_came()
    {
        _peer.Send("21."u8);
        TimeOutUntilKept(3, () => ReadLine("\n", Brief));
        using var stop = new CancellationTokenSource();
        var reading = Background.Run(() =>
        {
            using var scope = Interruption.Enter(stop.Token);
            ReadLine("\n", Timeout.InfiniteTimeSpan);
        }).WaitUntilAsleep();

        stop.Cancel();

        Assert.IsAssignableFrom<OperationCanceledException>(reading.JoinFailing());
        _peer.Send("5\n"u8);
        Assert.Equal("21.5\n", ReadLine("\n", Patience));
    }

    [Fact]
    public void A_stop_ends_a_blocked_write_at_once()
    {
        _transport.WriteTimeout = Timeout.InfiniteTimeSpan;
        using var stop = new CancellationTokenSource();
        var writing = Background.Run(() =>
        {
            using var scope = Interruption.Enter(stop.Token);
            WriteWithoutEnd();
        }).WaitUntilAsleep();

        stop.Cancel();

        Assert.IsAssignableFrom<OperationCanceledException>(writing.JoinFailing());
    }

    [Fact]
    public void After_a_stop_was_requested_only_what_would_wait_ends()
    {
        _peer.Send("reply\n"u8);
        WaitForBytes(6);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using var scope = Interruption.Enter(stop.Token);

        _transport.Write("OUTP OFF\n"u8);
        Assert.Equal("reply\n", ReadLine("\n", Patience));
        Assert.ThrowsAny<OperationCanceledException>(() => ReadLine("\n", Patience));
    }

    [Fact]
    public void A_stop_of_one_wait_does_not_end_the_next_one()
    {
        for (var round = 0; round < 20; round++)
        {
            using var stop = new CancellationTokenSource();
            using (Interruption.Enter(stop.Token))
            {
                var cancelling = Background.Run(stop.Cancel);
                Assert.ThrowsAny<OperationCanceledException>(() => ReadLine("\n", Patience));
                cancelling.Join();
            }

            var watch = Stopwatch.StartNew();
            Assert.Throws<TransportTimeoutException>(() => ReadLine("\n", Brief));
            Assert.True(watch.Elapsed >= Brief);
        }
    }

    [Fact]
    public void The_deadline_of_the_call_shortens_a_wait_and_says_so()
    {
        using var scope = Interruption.Enter(CancellationToken.None, TimeProvider.System.GetDeadline(Brief));

        var timeout = Assert.Throws<TransportTimeoutException>(() => ReadLine("\n", Timeout.InfiniteTimeSpan));

        Assert.True(timeout.IsCallDeadline);
        Assert.Equal(ErrorCode.Timeout, timeout.Code);
        Assert.Contains("deadline of the call", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Closing_from_another_thread_ends_a_blocked_read()
    {
        var reading = Background.Run(() => ReadLine("\n", Timeout.InfiniteTimeSpan)).WaitUntilAsleep();

        _transport.Close();

        Assert.Equal(ErrorCode.WrongState, Assert.IsType<QmiException>(reading.JoinFailing()).Code);
        Assert.False(_transport.IsOpen);
    }

    [Fact]
    public void A_second_thread_is_refused_while_one_is_waiting()
    {
        var reading = Background.Run(() => ReadLine("\n", Timeout.InfiniteTimeSpan)).WaitUntilAsleep();

        var refused = Assert.Throws<QmiException>(() =>
        {
            while (!reading.HasEnded)
                _transport.Write("?"u8);
        });
        Assert.Equal(ErrorCode.WrongState, refused.Code);

        _peer.Send("reply\n"u8);
        reading.Join();
    }

    [Fact]
    public void A_write_that_the_peer_does_not_take_is_bounded()
    {
        _transport.WriteTimeout = Brief;

        var timeout = Assert.Throws<TransportTimeoutException>(WriteWithoutEnd);

        Assert.Contains("took only", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_closed_cannot_be_used_and_what_is_open_cannot_be_opened()
    {
        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(_transport.Open).Code);
        _transport.Close();
        _transport.Close();
        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(() => _transport.Write("?"u8)).Code);
        Assert.Equal(ErrorCode.WrongState, Assert.Throws<QmiException>(() => ReadLine("\n", Brief)).Code);
        _transport.Dispose();
        Assert.Throws<ObjectDisposedException>(_transport.Open);
    }

    [Fact]
    public void An_error_carries_the_last_exchanges()
    {
        _transport.Write("MEAS:TEMP?\n"u8);
        _peer.Send("21.5\n"u8);
        ReadLine("\n", Patience);
        _transport.Write("MEAS:PRES?\n"u8);

        var timeout = Assert.Throws<TransportTimeoutException>(() => ReadLine("\n", Brief));

        var lines = timeout.Exchanges.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["> \"MEAS:TEMP?\\n\" (11 bytes)", "< \"21.5\\n\" (5 bytes)", "> \"MEAS:PRES?\\n\" (11 bytes)"], lines.Select(line => line[(line.IndexOf(" s ", StringComparison.Ordinal) + 3)..]));
        Assert.Equal(timeout.Exchanges, timeout.Details["exchanges"]);
        Assert.StartsWith(_transport.Name, timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exchange_allocates_nothing_in_steady_state()
    {
        const int Rounds = 500;
        var answering = Background.Run(() =>
        {
            for (var round = 0; round < 2 * Rounds; round++)
            {
                _peer.Receive(6);
                _peer.Send("21.5\n0123456789\n"u8);
            }
        });
        using var stop = new CancellationTokenSource();
        using var scope = Interruption.Enter(stop.Token, TimeProvider.System.GetDeadline(Patience));
        Exchange(Rounds);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(Rounds);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        answering.Join();
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_wait_ends_on_the_clock_it_was_given()
    {
        var time = new ManualTime();
        _transport.Close();
        using var transport = TransportDescriptor.Parse(_peer.Descriptor).CreateTransport(time);
        _peer.Connect(transport);
        var hour = TimeSpan.FromHours(1);

        var reading = Background.Run(() => transport.ReadUntil("\n"u8, hour)).WaitUntilAsleep();
        reading.UntilEnded(() => time.Advance(hour));

        Assert.IsType<TransportTimeoutException>(reading.JoinFailing());
    }

    protected string ReadLine(string terminator, TimeSpan timeout) =>
        Encoding.Latin1.GetString(_transport.ReadUntil(Encoding.Latin1.GetBytes(terminator), timeout));

    /// <summary>Times out again and again until the bytes on their way have come: the machine may be busy.</summary>
    private static TransportTimeoutException TimeOutUntilKept(int bytes, Action read)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var timeout = Assert.Throws<TransportTimeoutException>(read);
            if (timeout.KeptBytes == bytes)
                return timeout;
            Assert.True(watch.Elapsed < Patience, $"{timeout.KeptBytes} of {bytes} bytes came");
        }
    }

    private void WaitForBytes(int count)
    {
        // One byte more than there is: what is there is kept.
        TimeOutUntilKept(count, () => _transport.Read(count + 1, Brief));
    }

    private void WriteWithoutEnd()
    {
        var block = new byte[1 << 16];
        while (true)
            _transport.Write(block);
    }

    private void Exchange(int rounds)
    {
        Span<byte> number = stackalloc byte[11];
        for (var round = 0; round < rounds; round++)
        {
            _transport.DiscardRead();
            _transport.Write("MEAS?\n"u8);
            _ = _transport.ReadUntil("\n"u8, Patience);
            _transport.Read(number, Patience);
        }
    }
}
