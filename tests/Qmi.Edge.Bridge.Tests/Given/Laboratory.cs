using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public enum BeamShape
{
    FlatTop,
    Gaussian,
}

/// <summary>A controller of a beam, inside of other settings.</summary>
public sealed record BeamControl
{
    /// <summary>How hard it works.</summary>
    [Range(0, 1000), Unit("mW")]
    public double Power { get; init; } = 1;

    public bool Enabled { get; init; }
}

/// <summary>Settings with one of everything.</summary>
public sealed record LaboratorySettings
{
    /// <summary>The temperature that the "cold" finger shall have.</summary>
    [Range(0.01, 400), Unit("K")]
    public double Setpoint { get; init; } = 4.2;

    [Range(1, 10)]
    public int Averages { get; init; } = 3;

    [Range(0, 3600), Unit("s")]
    public double? HoldFor { get; init; }

    [Range(1e-9, 1e-6), Unit("m")]
    public double Wavelength { get; init; } = 5e-7;

    public bool Interlock { get; init; } = true;

    public BeamShape Shape { get; init; } = BeamShape.Gaussian;

    [StringLength(32)]
    public string Operator { get; init; } = "nobody";

    public double Unbounded { get; init; }

    public IReadOnlyList<double> Ramp { get; init; } = [];

    public IReadOnlyDictionary<string, long> Counters { get; init; } = new Dictionary<string, long>();

    public BeamControl Beam { get; init; } = new();

    [Secret]
    public string Password { get; init; } = "";
}

/// <summary>A status with one of everything.</summary>
/// <param name="Temperature">Of the cold finger.</param>
/// <param name="Pressure">In the chamber.</param>
/// <param name="Deviation">From what is asked.</param>
/// <param name="Free">On the disk.</param>
/// <param name="Shots">How many.</param>
/// <param name="IsCold">Whether it is.</param>
/// <param name="Shape">Of the beam.</param>
/// <param name="Last">When the last shot was.</param>
/// <param name="Message">What it has to say.</param>
/// <param name="Beam">The beam, while there is one.</param>
/// <param name="Trace">The last trace.</param>
public sealed record LaboratoryStatus(
    [property: Unit("K")] double? Temperature,
    [property: Unit("mbar")] double Pressure,
    [property: Unit("%")] double Deviation,
    [property: Unit("By")] long Free,
    long Shots,
    bool IsCold,
    BeamShape Shape,
    DateTimeOffset? Last,
    string Message,
    LaboratoryBeam? Beam,
    IReadOnlyList<double> Trace);

/// <summary>A beam.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="IsOpen">Whether its shutter is open; null while that is not known.</param>
public sealed record LaboratoryBeam([property: Unit("mm")] double Position, bool? IsOpen);

/// <summary>A shot.</summary>
/// <param name="Energy">Of it.</param>
/// <param name="Trace">What was measured.</param>
public sealed record Shot([property: Unit("J")] double Energy, IReadOnlyList<double> Trace);

/// <summary>A task with one of everything, for the documents that describe it.</summary>
[TaskRunner(typeof(LaboratoryRunner))]
public sealed partial class Laboratory(TaskInit init) : QmiTask<LaboratorySettings, LaboratoryStatus>(init)
{
    /// <summary>A shot was fired.</summary>
    [Signal(Reliable = true)]
    public partial Signal<Shot> Fired { get; }

    [Signal]
    public partial Signal<double> Level { get; }

    protected override void Run()
    {
        while (!StopRequested)
        {
            UpdateSettings();
            Sleep(TimeSpan.FromMilliseconds(5));
        }
    }
}

public sealed partial class LaboratoryRunner : QmiTaskRunner<LaboratorySettings, LaboratoryStatus>
{
    /// <summary>Fires.</summary>
    [RpcMethod(Lock = LockRule.Requires, TimeoutMs = 20_000)]
    public Shot Fire([Range(1, 100)] int count, BeamShape? shape = null, IReadOnlyList<double>? trace = null) => new(count, trace ?? []);

    [RpcMethod(Access = RpcAccess.Admin, Idempotent = true)]
    public void Zero([Secret] string key)
    {
    }
}

/// <summary>An instrument for the documents that describe it.</summary>
public sealed partial class Gauge(InstrumentInit init) : QmiInstrument(init)
{
    /// <summary>The pressure has changed.</summary>
    [Signal]
    public partial Signal<double> Pressure { get; }

    /// <summary>The pressure now.</summary>
    [RpcMethod(Access = RpcAccess.Read)]
    [return: Unit("mbar")]
    public double ReadPressure() => 1e-6;
}
