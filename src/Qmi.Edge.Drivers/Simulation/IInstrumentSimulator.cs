namespace Qmi.Edge.Drivers;

/// <summary>A model of an instrument, byte by byte; whoever hosts it brings the connection.</summary>
public interface IInstrumentSimulator
{
    /// <summary>One end of a new connection. Sessions share the state of the instrument.</summary>
    ISimulatorSession Connect();
}

/// <summary>One connection to a simulated instrument. One caller at a time.</summary>
public interface ISimulatorSession
{
    /// <summary>Takes bytes as they came, in any pieces, and returns what the instrument answers, in order.</summary>
    IReadOnlyList<SimulatorReply> Receive(ReadOnlySpan<byte> received);
}

/// <summary>One answer of a simulated instrument.</summary>
/// <param name="Bytes">The answer with its terminator.</param>
/// <param name="Delay">How long the instrument works on it before the first byte.</param>
public readonly record struct SimulatorReply(ReadOnlyMemory<byte> Bytes, TimeSpan Delay = default);
