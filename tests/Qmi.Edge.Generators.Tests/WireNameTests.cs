namespace Qmi.Edge.Generators.Tests;

public sealed class WireNameTests
{
    [Theory]
    [InlineData("RateHz", "rate_hz")]
    [InlineData("SetSetpoint", "set_setpoint")]
    [InlineData("kelvin", "kelvin")]
    [InlineData("maxRateHz", "max_rate_hz")]
    [InlineData("SCPIAddress", "scpi_address")]
    [InlineData("ReadSCPI", "read_scpi")]
    [InlineData("IsOK", "is_ok")]
    [InlineData("X", "x")]
    [InlineData("XAxis", "x_axis")]
    [InlineData("Channel2", "channel2")]
    [InlineData("Read4Wire", "read4_wire")]
    [InlineData("PT100Value", "pt100_value")]
    [InlineData("I2CBus", "i2c_bus")]
    [InlineData("Level4K", "level4k")]
    [InlineData("T2", "t2")]
    [InlineData("already_snake", "already_snake")]
    [InlineData("Mixed_Case", "mixed_case")]
    [InlineData("_private", "private")]
    [InlineData("Double__Underscore", "double_underscore")]
    [InlineData("Größe", "größe")]
    public void A_name_has_one_form_on_the_wire(string name, string wire) => Assert.Equal(wire, WireName.Of(name));

    [Theory]
    [InlineData("a", true)]
    [InlineData("0-a_b", true)]
    [InlineData("", false)]
    [InlineData("_a", false)]
    [InlineData("-a", false)]
    [InlineData("größe", false)]
    [InlineData("A", false)]
    [InlineData("a.b", false)]
    public void The_rules_are_those_of_ObjectName(string wire, bool isValid)
    {
        Assert.Equal(isValid, WireName.IsValid(wire));
        Assert.Equal(isValid, Qmi.Edge.Runtime.ObjectName.IsValid(wire));
    }

    [Fact]
    public void The_longest_name_is_that_of_ObjectName()
    {
        Assert.True(WireName.IsValid(new string('a', Qmi.Edge.Runtime.ObjectName.MaxLength)));
        Assert.False(WireName.IsValid(new string('a', Qmi.Edge.Runtime.ObjectName.MaxLength + 1)));
    }
}
