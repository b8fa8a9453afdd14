namespace Cryo;

/// <summary>Something that knows a temperature.</summary>
public interface IThermometer
{
    /// <summary>The temperature now, in kelvin.</summary>
    double ReadTemperature();
}

/// <summary>Something that heats.</summary>
public interface IHeater
{
    /// <summary>Heats with that much of its power, 0 to 100 %.</summary>
    void SetPower(double percent);
}
