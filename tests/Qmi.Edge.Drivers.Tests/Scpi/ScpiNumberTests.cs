using System.Globalization;
using System.Text;

namespace Qmi.Edge.Drivers.Tests;

public sealed class ScpiNumberTests
{
    [Theory]
    [InlineData("21.5", 21.5)]
    [InlineData("+2.15000000E+01", 21.5)]
    [InlineData(" -1.25e-3 ", -1.25e-3)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("9.91E37", double.NaN)]
    [InlineData("+9.91000000E+37", double.NaN)]
    [InlineData("9.9099998E37", double.NaN)]
    [InlineData("9.9E37", double.PositiveInfinity)]
    [InlineData("+9.90000000E+37", double.PositiveInfinity)]
    [InlineData("9.8999995E+37", double.PositiveInfinity)]
    [InlineData("-9.9E37", double.NegativeInfinity)]
    [InlineData("9.8E37", 9.8E37)]
    [InlineData("NAN", double.NaN)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("+INF", double.PositiveInfinity)]
    [InlineData("-INF", double.NegativeInfinity)]
    [InlineData("NINF", double.NegativeInfinity)]
    public void A_number_is_read_as_instruments_write_it(string text, double expected)
    {
        Assert.True(ScpiNumber.TryParse(Encoding.ASCII.GetBytes(text), out double value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("21,5")]
    [InlineData("21.5V")]
    [InlineData("1e")]
    [InlineData("--1")]
    [InlineData("1 2")]
    [InlineData("0x10")]
    [InlineData("21.\0")]
    public void What_is_no_number_is_refused(string text) => Assert.False(ScpiNumber.TryParse(Encoding.ASCII.GetBytes(text), out double _));

    [Theory]
    [InlineData("+12", 12)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("1.2E+1", 12)]
    [InlineData("+4.00000000E+00", 4)]
    [InlineData("#H0c", 12)]
    [InlineData("#Q14", 12)]
    [InlineData("#b1100", 12)]
    [InlineData("#H7FFFFFFFFFFFFFFF", long.MaxValue)]
    public void A_whole_number_is_read_in_every_form(string text, long expected)
    {
        Assert.True(ScpiNumber.TryParse(Encoding.ASCII.GetBytes(text), out long value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("9.91E37")]
    [InlineData("1E300")]
    [InlineData("#HG")]
    [InlineData("#H")]
    [InlineData("#B2")]
    [InlineData("#X1")]
    [InlineData("#H10000000000000000")]
    [InlineData("9223372036854775808")]
    public void What_is_no_whole_number_is_refused(string text) => Assert.False(ScpiNumber.TryParse(Encoding.ASCII.GetBytes(text), out long _));

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("+1.0E0", true)]
    [InlineData("on", true)]
    [InlineData("OFF", false)]
    public void A_switch_is_a_number_or_a_word(string text, bool expected)
    {
        Assert.True(ScpiNumber.TryParse(Encoding.ASCII.GetBytes(text), out bool value));
        Assert.Equal(expected, value);
        Assert.False(ScpiNumber.TryParse("maybe"u8, out bool _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.00123)]
    [InlineData(1.5e12)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_written_reads_back(double value)
    {
        Assert.True(ScpiNumber.TryParse(Encoding.ASCII.GetBytes(ScpiNumber.Format(value)), out double read));
        Assert.Equal(value, read);
    }

    [Fact]
    public void The_culture_of_the_thread_does_not_matter()
    {
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.True(ScpiNumber.TryParse("21.5"u8, out double value));
            Assert.Equal(21.5, value);
            Assert.Equal("+2.150000E+01", ScpiNumber.Format(21.5));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
