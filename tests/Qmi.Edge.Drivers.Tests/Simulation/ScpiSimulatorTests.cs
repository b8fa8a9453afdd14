using System.Text;

namespace Qmi.Edge.Drivers.Tests;

public sealed class ScpiSimulatorTests
{
    private readonly ManualTime _time = new();
    private readonly ScpiSimulator _simulator;
    private readonly List<string> _log = [];

    public ScpiSimulatorTests()
    {
        _simulator = new ScpiSimulator(new ScpiIdentity("ACME", "PS3", "42", "1.0"), _time)
            .OnQuery("MEASure:TEMPerature?", _ => 21.5)
            .OnCommand("[SOURce#:]VOLTage[:LEVel]", arguments => _log.Add($"volt {arguments.GetSuffix(0)} {arguments.GetText(0)}"))
            .OnCommand("[SOURce#:]CURRent[:LEVel]", arguments => _log.Add($"curr {arguments.GetSuffix(0)} {arguments.GetText(0)}"))
            .OnCommand("OUTPut#[:STATe]", arguments => _log.Add($"outp {arguments.GetSuffix(0)} {arguments.GetBool(0)}"));
    }

    [Theory]
    [InlineData("MEAS:TEMP?")]
    [InlineData("measure:temperature?")]
    [InlineData(":MEAS:TEMPERATURE?")]
    [InlineData("  MEAS:TEMP?  ")]
    public void A_header_has_a_short_and_a_long_form(string message) => Assert.Equal("+2.150000E+01", _simulator.Execute(message));

    [Theory]
    [InlineData("MEASU:TEMP?")]
    [InlineData("MEAS:TEMP")]
    [InlineData("MEAS?")]
    [InlineData("TEMP?")]
    [InlineData("MEAS:TEMP:X?")]
    [InlineData("MEAS1:TEMP?")]
    public void Nothing_between_the_forms_is_understood(string message)
    {
        Assert.Null(_simulator.Execute(message));
        Assert.StartsWith("-113,\"Undefined header", _simulator.Execute("SYST:ERR?"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VOLT 1", "volt 1 1")]
    [InlineData("SOUR2:VOLT 1", "volt 2 1")]
    [InlineData("SOURCE3:VOLTAGE:LEVEL 1", "volt 3 1")]
    [InlineData("SOUR2:VOLT 1;CURR 2", "volt 2 1", "curr 2 2")]
    [InlineData("SOUR2:VOLT 1;*CLS;CURR 2", "volt 2 1", "curr 2 2")]
    [InlineData("SOUR2:VOLT 1;:CURR 2", "volt 2 1", "curr 1 2")]
    [InlineData("OUTP4 ON;OUTP:STAT 0", "outp 4 True", "outp 1 False")]
    [InlineData("VOLT \"a;b,c\"", "volt 1 a;b,c")]
    public void Paths_numbers_and_brackets_follow_the_rules_of_SCPI(string message, params string[] expected)
    {
        _simulator.Execute(message);

        Assert.Equal(expected, _log);
        Assert.Equal("0", _simulator.Execute("SYST:ERR:COUN?"));
    }

    [Theory]
    [InlineData("VOLT", -109)]
    [InlineData("VOLT 1,2", -108)]
    [InlineData("OUTP maybe", -104)]
    [InlineData("*ESE 256", -222)]
    [InlineData("*ESE", -109)]
    public void What_an_instrument_refuses_ends_in_its_error_queue(string message, int number)
    {
        _simulator.Execute(message);

        Assert.StartsWith($"{number},", _simulator.Execute("SYST:ERR?"), StringComparison.Ordinal);
        Assert.Equal("0,\"No error\"", _simulator.Execute("SYST:ERR:NEXT?"));
    }

    [Fact]
    public void A_full_error_queue_says_that_it_overflowed()
    {
        for (var count = 0; count < 30; count++)
            _simulator.RaiseError(100 + count, "Lamp \"old\"");

        Assert.Equal("20", _simulator.Execute("SYST:ERR:COUN?"));
        Assert.Equal("100,\"Lamp \"\"old\"\"\"", _simulator.Execute("SYST:ERR?"));
        for (var count = 0; count < 18; count++)
            _simulator.Execute("SYST:ERR?");
        Assert.Equal("-350,\"Queue overflow\"", _simulator.Execute("SYST:ERR?"));
        _simulator.RaiseError(1, "x");
        _simulator.Execute("*CLS");
        Assert.Equal("0,\"No error\"", _simulator.Execute("SYST:ERR?"));
    }

    [Fact]
    public void The_event_register_follows_errors_and_operations()
    {
        Assert.Equal("128", _simulator.Execute("*ESR?"));
        _simulator.Execute("NOSUCH");
        _simulator.Execute("*ESE 32");
        Assert.Equal("36", _simulator.Execute("*STB?"));
        Assert.Equal("32", _simulator.Execute("*ESR?"));
        Assert.Equal("4", _simulator.Execute("*STB?"));

        _simulator.BeginOperation(TimeSpan.FromSeconds(2));
        _simulator.Execute("*OPC");
        Assert.Equal("0", _simulator.Execute("*ESR?"));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("1", _simulator.Execute("*ESR?"));
    }

    [Fact]
    public void A_busy_instrument_answers_completion_when_it_is_done()
    {
        _simulator.BeginOperation(TimeSpan.FromSeconds(2));

        var reply = Assert.Single(_simulator.Connect().Receive("*OPC?\n"u8));

        Assert.Equal("1\n"u8, reply.Bytes.Span);
        Assert.Equal(TimeSpan.FromSeconds(2), reply.Delay);
    }

    [Fact]
    public void Reset_reaches_the_model()
    {
        var resets = 0;
        _simulator.Reset += () => resets++;

        _simulator.Execute("*RST;*RST");

        Assert.Equal(2, resets);
    }

    [Fact]
    public void Messages_are_found_in_whatever_pieces_they_come()
    {
        byte[] stored = [];
        _simulator.OnCommand("DATA", arguments => stored = arguments.GetBlock(0));
        var stream = "*IDN?\r\n\nDATA #210ab\n;,\"# \r\n;*OPC?\nVOLT 'x#9';MEAS:TEMP?\n"u8.ToArray();
        for (var piece = 1; piece <= stream.Length; piece++)
        {
            var session = _simulator.Connect();
            var replies = stream.Chunk(piece).SelectMany(bytes => session.Receive(bytes)).Select(reply => Encoding.Latin1.GetString(reply.Bytes.Span));

            Assert.Equal(["ACME,PS3,42,1.0\n", "1\n", "+2.150000E+01\n"], replies);
            Assert.Equal("ab\n;,\"# \r\n"u8, stored);
            Assert.Equal("0", _simulator.Execute("SYST:ERR:COUN?"));
        }
    }

    [Fact]
    public void A_model_may_replace_a_common_query() =>
        Assert.Equal("1", _simulator.OnQuery("*TST?", _ => "1").Execute("*TST?"));

    [Fact]
    public void A_header_of_the_wrong_kind_is_refused_at_once()
    {
        Assert.Throws<ArgumentException>(() => _simulator.OnQuery("VOLTage", _ => "1"));
        Assert.Throws<ArgumentException>(() => _simulator.OnCommand("VOLTage?", _ => { }));
        Assert.Throws<ArgumentException>(() => _simulator.OnCommand(":", _ => { }));
    }
}
