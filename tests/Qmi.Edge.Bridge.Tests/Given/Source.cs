using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bridge.Tests;

public readonly record struct Reading(double Value, string? Note);

/// <summary>An instrument that publishes what the test says.</summary>
public sealed partial class Source(InstrumentInit init) : QmiInstrument(init)
{
    /// <summary>Matters while it is new.</summary>
    [Signal]
    public partial Signal<double> Level { get; }

    /// <summary>Every one must arrive.</summary>
    [Signal(Reliable = true)]
    public partial Signal<long> Event { get; }

    /// <summary>Few bytes.</summary>
    [Signal(Binary = true)]
    public partial Signal<Reading> Compact { get; }

    /// <summary>As long as the test wants.</summary>
    [Signal]
    public partial Signal<string> Text { get; }
}
