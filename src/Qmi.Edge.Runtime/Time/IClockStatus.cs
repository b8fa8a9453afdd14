namespace Qmi.Edge.Runtime;

/// <summary>Knows whether the wall clock can be trusted.</summary>
public interface IClockStatus
{
    /// <summary>Whether it is synchronised: only then an absolute time means anything.</summary>
    bool IsSynchronised { get; }
}
