namespace Qmi.Edge.Drivers;

/// <summary>Thrown by the model of an instrument: the command fails, and the error goes into the simulator's queue.</summary>
public sealed class ScpiFaultException : Exception
{
    /// <summary>An error with SCPI's number and text, for example -222, <c>Data out of range</c>.</summary>
    public ScpiFaultException(int number, string text)
        : base(text) => Error = new ScpiError(number, text);

    /// <summary>The entry for the queue.</summary>
    public ScpiError Error { get; }

    internal static ScpiFaultException UndefinedHeader(string header) => new(-113, $"Undefined header;{header}");

    internal static ScpiFaultException ParameterNotAllowed() => new(-108, "Parameter not allowed");

    internal static ScpiFaultException MissingParameter() => new(-109, "Missing parameter");

    internal static ScpiFaultException DataType(string text) => new(-104, $"Data type error;{text}");

    internal static ScpiFaultException OutOfRange(string text) => new(-222, $"Data out of range;{text}");
}
