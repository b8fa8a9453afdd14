using Qmi.Edge.Drivers;

namespace Cryo.Simulator;

/// <summary>A cold finger that leaks heat to the cold side and is heated: first order, a few seconds slow.</summary>
internal sealed class SimulatedCryostat
{
    private const double ColdKelvin = 280;
    private const double KelvinPerPercent = 0.5;
    private static readonly TimeSpan TimeConstant = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _timeProvider;
    private readonly Lock _gate = new();
    private long _last;
    private double _kelvin = ColdKelvin;
    private double _percent;

    public SimulatedCryostat(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _last = timeProvider.GetTimestamp();
        Scpi = new ScpiSimulator(new ScpiIdentity("Qmi.Edge", "SIM-CRYO", "0001", "1.0"), timeProvider)
            .OnQuery("MEASure:TEMPerature?", _ => Temperature)
            .OnQuery("SOURce:HEATer?", _ => _percent)
            .OnCommand("SOURce:HEATer", arguments => SetHeater(arguments.GetDouble(0, 0, 100)));
    }

    public ScpiSimulator Scpi { get; }

    private double Temperature
    {
        get
        {
            lock (_gate)
                return Advance();
        }
    }

    private void SetHeater(double percent)
    {
        lock (_gate)
        {
            Advance();
            _percent = percent;
        }
    }

    // Moves the temperature towards where the heater would bring it, by the time that has passed.
    private double Advance()
    {
        var now = _timeProvider.GetTimestamp();
        var passed = _timeProvider.GetElapsedTime(_last, now);
        _last = now;
        var target = ColdKelvin + (_percent * KelvinPerPercent);
        return _kelvin = target + ((_kelvin - target) * Math.Exp(-passed / TimeConstant));
    }
}
