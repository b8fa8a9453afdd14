using System.Text;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Drivers.Tests;

public sealed class ScpiClientTests : IAsyncLifetime
{
    private static readonly ScpiIdentity Identity = new("ACME", "DMM7", "1234", "2.0");
    private static readonly ScpiOptions Patient = new() { Timeout = InstrumentPeer.Patience };
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // The instrument's clock: what is late comes when the test says so, however slow the machine is.
    private readonly ManualTime _time = new();
    private readonly ScpiSimulator _simulator;
    private readonly TcpSimulatorHost _host;
    private readonly QmiTransport _transport;
    private readonly ScpiClient _client;
    private double _volts;

    public ScpiClientTests()
    {
        _simulator = new ScpiSimulator(Identity, _time)
            .OnCommand("[SOURce:]VOLTage[:LEVel]", arguments => _volts = arguments.GetDouble(0, 0, 30))
            .OnQuery("[SOURce:]VOLTage[:LEVel]?", _ => _volts)
            .OnQuery("ECHO?", arguments => arguments.GetText(0));
        _host = new TcpSimulatorHost(_simulator, timeProvider: _time);
        _transport = TransportDescriptor.Parse(_host.Descriptor).CreateTransport();
        _client = new ScpiClient(_transport, Patient);
    }

    public ValueTask InitializeAsync()
    {
        _transport.Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public void The_identity_comes_in_four_fields() => Assert.Equal(Identity, _client.Identify());

    [Theory]
    [InlineData("ACME,DMM7,0,2.0,option 4", "ACME", "DMM7", "0", "2.0,option 4")]
    [InlineData("ACME , DMM7", "ACME", "DMM7", "", "")]
    [InlineData("", "", "", "", "")]
    public void An_identity_with_other_than_four_fields_is_read_as_far_as_it_goes(string reply, string maker, string model, string serial, string firmware) =>
        Assert.Equal(new ScpiIdentity(maker, model, serial, firmware), ScpiIdentity.Parse(reply));

    [Fact]
    public void A_value_that_is_set_reads_back()
    {
        var volts = 12.25;
        _client.Command($"VOLT {volts:F3}");

        Assert.Equal(12.25, _client.AskDouble("SOUR:VOLT?"));
        Assert.Equal("+1.225000E+01", _client.Ask("volt:lev?"));
    }

    [Fact]
    public void Every_kind_of_answer_is_typed()
    {
        Assert.Equal(-3, _client.AskInt("ECHO? -3"));
        Assert.Equal(1L << 40, _client.AskLong($"ECHO? {1L << 40}"));
        Assert.True(_client.AskBool($"ECHO? {true}"));
        Assert.False(_client.AskBool("ECHO? OFF"));
        Assert.Equal(double.PositiveInfinity, _client.AskDouble("ECHO? 9.9E37"));
        Assert.Equal(double.NaN, _client.AskDouble("ECHO? 9.91E37"));

        Span<double> values = stackalloc double[3];
        Assert.Equal(3, _client.AskDoubles("ECHO? '1,2.5,-9.9E37'", values));
        Assert.Equal([1, 2.5, double.NegativeInfinity], values);
    }

    [Fact]
    public void An_answer_of_another_kind_shows_itself_and_the_next_question_is_answered()
    {
        var wrong = Assert.Throws<ScpiReplyException>(() => _client.AskDouble("ECHO? 'twenty'"));
        Assert.Equal(ErrorCode.DeviceError, wrong.Code);
        Assert.Contains("expected a number, the instrument answered \"twenty\"", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("ECHO? 'twenty'", (string)wrong.Details["exchanges"]!, StringComparison.Ordinal);

        Assert.Throws<ScpiReplyException>(() => _client.AskInt("ECHO? 4294967296"));
        Assert.Throws<ScpiReplyException>(() => _client.AskBool("ECHO? 'maybe'"));
        Assert.Throws<ScpiReplyException>(() => _client.AskDoubles("ECHO? '1,2'", new double[1]));
        Assert.Equal(7, _client.AskInt("ECHO? 7"));
    }

    [Fact]
    public void Chained_messages_begin_at_the_root_and_their_answers_come_apart()
    {
        _client.CommandAll("SOUR:VOLT:LEV 3", "*CLS", "VOLT 4");

        Assert.Equal(["+4.000000E+00", "\"a;b\"", Identity.ToString()], _client.AskAll("SOUR:VOLT?", "ECHO? '\"a;b\"'", "*IDN?"));
        Assert.Equal(1, _client.AskInt("*OPC?"));
        Assert.Empty(_client.DrainErrors());
    }

    [Fact]
    public void The_error_queue_is_drained_and_thrown_with_number_and_text()
    {
        _client.Command("VOLT 99");
        _client.Command("VOLTS 1");

        var error = Assert.Throws<ScpiErrorException>(() => _client.CommandChecked("VOLT 'x'"));

        Assert.Equal(ErrorCode.DeviceError, error.Code);
        Assert.Equal([-222, -113, -104], error.Errors.Select(entry => entry.Number));
        Assert.Equal("Undefined header;VOLTS", error.Errors[1].Text);
        Assert.Equal(-222, error.Details["scpi_error"]);
        _client.CommandChecked("VOLT 5");
    }

    [Fact]
    public void A_queue_that_never_empties_does_not_hold_the_caller()
    {
        _simulator.OnQuery("SYSTem:ERRor[:NEXT]?", _ => "-310,\"System error\"");

        Assert.Equal(100, _client.DrainErrors().Count);
    }

    [Theory]
    [InlineData("0,\"No error\"", 0, "No error")]
    [InlineData("+0", 0, "")]
    [InlineData("-113,\"Undefined header;\"\"X\"\"\"", -113, "Undefined header;\"X\"")]
    [InlineData("201, Overheated", 201, "Overheated")]
    public void An_error_entry_is_read_in_every_form(string reply, int number, string text)
    {
        Assert.True(ScpiError.TryParse(Encoding.ASCII.GetBytes(reply), out var error));
        Assert.Equal(new ScpiError(number, text), error);
    }

    [Fact]
    public void Completion_is_waited_for()
    {
        _simulator.OnCommand("INITiate", _ => _simulator.BeginOperation(Hour));
        _client.Command("INIT");

        Assert.Throws<TransportTimeoutException>(() => _client.WaitForCompletion(Brief));
        RunWhileTimePasses(() => _client.WaitForCompletion(InstrumentPeer.Patience));
    }

    [Fact]
    public void A_block_travels_unchanged_both_ways()
    {
        var waveform = new byte[100_000];
        new Random(3).NextBytes(waveform);
        byte[] stored = [];
        _simulator.OnCommand("TRACe", arguments => stored = arguments.GetBlock(0)).OnBlockQuery("TRACe?", _ => stored);

        _client.CommandBlock("TRAC", waveform);
        Assert.Equal(waveform, _client.AskBlock("TRAC?"));
        Assert.Equal(waveform, stored);

        var room = new byte[200_000];
        Assert.Equal(waveform.Length, _client.AskBlock("TRAC?", room));
        Assert.Equal(waveform, room[..waveform.Length]);
        Assert.Empty(_client.DrainErrors());
        Assert.Equal(0, _client.Resynchronisations);
    }

    [Fact]
    public void A_block_that_ends_with_blanks_and_newlines_keeps_them()
    {
        byte[] stored = [];
        _simulator.OnCommand("TRACe", arguments => stored = arguments.GetBlock(0)).OnBlockQuery("TRACe?", _ => stored);

        _client.CommandBlock("TRAC", " ;\n, \r\n"u8);

        Assert.Equal(" ;\n, \r\n"u8, _client.AskBlock("TRAC?"));
        Assert.Equal(Identity, _client.Identify());
    }

    [Fact]
    public void A_block_of_unknown_length_ends_with_the_message()
    {
        _simulator.OnQuery("TRACe?", _ => "#0abc");

        Assert.Equal("abc"u8, _client.AskBlock("TRAC?"));
        Assert.Equal(3, _client.AskBlock("TRAC?", new byte[3]));
    }

    [Fact]
    public void A_block_that_is_too_long_or_none_is_refused_and_what_is_left_of_it_is_no_answer()
    {
        _simulator.OnBlockQuery("TRACe?", _ => new byte[5000]).OnQuery("JUNK?", _ => "x12");
        var client = new ScpiClient(_transport, Patient with { MaxBlockLength = 100 });

        Assert.Equal(ErrorCode.ResultTooLarge, Assert.Throws<QmiException>(() => client.AskBlock("TRAC?")).Code);
        Assert.Equal(1, client.AskInt("ECHO? 1"));
        Assert.Throws<QmiException>(() => client.AskBlock("TRAC?", new byte[4999]));
        Assert.Equal(2, client.AskInt("ECHO? 2"));
        Assert.Throws<ScpiReplyException>(() => client.AskBlock("JUNK?"));
        Assert.Equal(3, client.AskInt("ECHO? 3"));
        Assert.Equal(3, client.Resynchronisations);
    }

    [Fact]
    public void A_late_answer_is_never_taken_for_the_next_one()
    {
        _host.Spoil(new SimulatorMood.Late(Hour));
        Assert.Throws<TransportTimeoutException>(() => _client.AskInt("ECHO? 1", Brief));

        RunWhileTimePasses(() => Assert.Equal(2, _client.AskInt("ECHO? 2")));

        Assert.Equal(3, _client.AskInt("ECHO? 3"));
        Assert.Equal(1, _client.Resynchronisations);
        Assert.Equal(2, _client.StaleBytes);
    }

    [Fact]
    public void A_late_identity_is_never_taken_for_the_marker()
    {
        for (var round = 0; round < 12; round++)
        {
            _host.Spoil(new SimulatorMood.Late(Hour));
            Assert.Throws<TransportTimeoutException>(() => _client.Identify(Brief));
            RunWhileTimePasses(() => Assert.Equal(round, _client.AskInt($"ECHO? {round}")));
        }
    }

    [Fact]
    public void A_late_marker_is_never_taken_for_the_next_one()
    {
        var client = new ScpiClient(_transport, Patient with { Timeout = Brief });
        _host.Spoil(new SimulatorMood.Late(Hour));
        for (var attempt = 0; attempt < 20; attempt++)
            Assert.Throws<TransportTimeoutException>(() => client.AskInt("ECHO? 1"));

        RunWhileTimePasses(() => Assert.Equal(2, AskUntilAnswered(client, "ECHO? 2")));
    }

    [Fact]
    public void An_answer_that_a_stop_interrupted_is_not_the_next_one()
    {
        _host.Spoil(new SimulatorMood.Late(Hour));
        using (var stop = new CancellationTokenSource())
        using (Interruption.Enter(stop.Token))
        {
            stop.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => _client.AskInt("ECHO? 1"));
        }

        RunWhileTimePasses(() => Assert.Equal(2, _client.AskInt("ECHO? 2")));
    }

    [Fact]
    public void Bytes_that_nobody_asked_for_are_dropped_and_counted()
    {
        _simulator.OnQuery("SHOUt?", _ => "hello");
        _client.Command("SHOUT?");
        WaitForBytes(6);

        Assert.Equal(1, _client.AskInt("ECHO? 1"));
        Assert.Equal(6, _client.StaleBytes);
        Assert.Equal(0, _client.Resynchronisations);
    }

    [Fact]
    public void After_a_line_too_many_the_order_is_not_trusted_any_more()
    {
        _host.Spoil(new SimulatorMood.Garbage("noise\n"u8.ToArray()));

        Assert.Throws<ScpiReplyException>(() => _client.AskInt("ECHO? 1"));

        Assert.Equal(2, _client.AskInt("ECHO? 2"));
        Assert.Equal(1, _client.Resynchronisations);
    }

    [Fact]
    public async Task Whatever_goes_wrong_an_answer_belongs_to_its_question()
    {
        await using var host = new TcpSimulatorHost(_simulator);
        using var transport = TransportDescriptor.Parse(host.Descriptor).CreateTransport();
        transport.Open();
        var random = new Random(11);
        var client = new ScpiClient(transport, Patient with { Timeout = TimeSpan.FromMilliseconds(150) });
        var answered = 0;
        for (var question = 0; question < 150; question++)
        {
            if (random.Next(2) == 0)
            {
                host.Spoil(random.Next(7) switch
                {
                    0 => new SimulatorMood.Silent(),
                    1 => new SimulatorMood.Half(),
                    2 => new SimulatorMood.Garbage("\0\xff#"u8.ToArray()),
                    3 => new SimulatorMood.Garbage("noise\n"u8.ToArray()),
                    4 => new SimulatorMood.Drop(),
                    5 => new SimulatorMood.Slow(TimeSpan.FromMilliseconds(1)),
                    _ => new SimulatorMood.Late(TimeSpan.FromMilliseconds(random.Next(1, 40))),
                });
            }

            try
            {
                Assert.Equal(question, client.AskInt($"ECHO? {question}", TimeSpan.FromMilliseconds(random.Next(2, 40))));
                answered++;
            }
            catch (ScpiReplyException)
            {
            }
            catch (TransportClosedException)
            {
                transport.Close();
                transport.Open();
            }
            catch (TransportTimeoutException)
            {
            }
        }

        Assert.InRange(answered, 1, 150);
        Assert.NotEqual(0, client.StaleBytes);
    }

    [Fact]
    public void An_instrument_that_stays_silent_says_what_can_be_done()
    {
        var client = new ScpiClient(_transport, Patient with { Timeout = Brief });
        _host.Spoil(new SimulatorMood.Silent());
        _host.Spoil(new SimulatorMood.Silent());
        Assert.Throws<TransportTimeoutException>(() => client.AskInt("ECHO? 1"));

        var silent = Assert.Throws<TransportTimeoutException>(() => client.AskInt("ECHO? 2"));

        Assert.Contains("owes the answer to an earlier question", silent.Message, StringComparison.Ordinal);
        Assert.Contains("*IDN?;*IDN?", silent.Exchanges, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instrument_without_chains_is_waited_for_until_it_is_quiet()
    {
        var client = new ScpiClient(_transport, Patient with { Resynchronisation = ScpiResynchronisation.Quiet, QuietTime = Brief });
        _host.Spoil(new SimulatorMood.Late(Hour));
        Assert.Throws<TransportTimeoutException>(() => client.AskInt("ECHO? 1", Brief));
        RunWhileTimePasses(() => WaitForBytes(2));

        Assert.Equal(2, client.AskInt("ECHO? 2"));
        Assert.Equal(2, client.StaleBytes);
    }

    [Theory]
    [InlineData("VOLT 1\nOUTP ON")]
    [InlineData("VOLT 1\0")]
    [InlineData("VOLT \u00b5")]
    [InlineData("")]
    [InlineData("  ")]
    public void A_message_that_would_be_two_or_none_is_refused(string message)
    {
        Assert.Throws<ArgumentException>(() => _client.Command(message));
        Assert.Throws<ArgumentException>(() => _client.Ask($"{message}{""}"));
        Assert.Equal(0, _client.AskDouble("VOLT?"));
        Assert.Equal(0, _client.Resynchronisations);
    }

    [Fact]
    public void A_value_that_is_no_number_is_not_sent()
    {
        Assert.Throws<ArgumentException>(() => _client.Command($"VOLT {double.NaN}"));
        Assert.Throws<ArgumentException>(() => _client.Command($"VOLT {float.PositiveInfinity}"));
        Assert.Empty(_client.DrainErrors());
    }

    [Fact]
    public void An_interpolated_message_may_be_long_and_may_hold_an_answer()
    {
        var text = new string('a', 5000);

        Assert.Equal(text + "0.1-7True", _client.Ask($"ECHO? {text}{0.1}{_client.AskInt($"ECHO? {-7}")}{"True"}"));
        Assert.Equal("0.1", _client.Ask($"ECHO? {0.1f}"));
    }

    [Fact]
    public async Task Questions_with_numbers_allocate_nothing_in_steady_state()
    {
        // The simulator allocates on its own threads; a peer that answers by rote keeps even the runtime's helpers quiet.
        using var peer = new TcpPeer();
        using var transport = TransportDescriptor.Parse(peer.Descriptor).CreateTransport();
        peer.Connect(transport);
        const int Rounds = 500;
        var answering = Background.Run(() =>
        {
            for (var round = 0; round < 2 * Rounds; round++)
            {
                peer.Receive("MEAS:TEMP? 001\n".Length);
                peer.Send("+2.15000000E+01\n"u8);
                peer.Receive("OUTP?\n".Length);
                peer.Send("1\n"u8);
            }
        });
        var client = new ScpiClient(transport, Patient);
        Ask(client, Rounds);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var sum = Ask(client, Rounds);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        await Task.Run(answering.Join, TestContext.Current.CancellationToken);
        Assert.Equal(Rounds * 22.5, sum);
        Assert.Equal(0, allocated);

        static double Ask(ScpiClient client, int rounds)
        {
            var sum = 0.0;
            for (var round = 0; round < rounds; round++)
                sum += client.AskDouble($"MEAS:TEMP? {round:D3}") + (client.AskBool("OUTP?") ? 1 : 0);
            return sum;
        }
    }

    private static int AskUntilAnswered(ScpiClient client, string query)
    {
        while (true)
        {
            try
            {
                return client.AskInt(query);
            }
            catch (TransportTimeoutException)
            {
                // The instrument is still at work on what was asked before.
            }
        }
    }

    private void RunWhileTimePasses(Action action)
    {
        var running = Background.Run(action);
        running.UntilEnded(() => _time.Advance(Hour));
        running.Join();
    }

    /// <summary>Asks for one byte more than there is, until all others have come: they are kept.</summary>
    private void WaitForBytes(int count)
    {
        while (Assert.Throws<TransportTimeoutException>(() => _transport.Read(count + 1, Brief)).KeptBytes < count)
        {
            // On their way.
        }
    }
}
