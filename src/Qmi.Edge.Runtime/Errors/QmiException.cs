namespace Qmi.Edge.Runtime;

/// <summary>An error of the closed set (QMI: QMI_Exception). The message names the thing, the limit and the fix.</summary>
public class QmiException : Exception
{
    /// <summary>An error with the usual answer to "did the work happen" for its code.</summary>
    public QmiException(ErrorCode code, string message, Exception? innerException = null)
        : this(code, message, ErrorCodes.GetExecuted(code), innerException)
    {
    }

    /// <summary>An error that knows better whether the work happened.</summary>
    public QmiException(ErrorCode code, string message, Executed executed, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        Executed = executed;
    }

    /// <summary>Which error; stable.</summary>
    public ErrorCode Code { get; }

    /// <summary>Whether the work behind the call happened.</summary>
    public Executed Executed { get; }

    /// <summary>When a new attempt makes sense, or null when it does not by itself.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Every violation at once, when arguments or settings broke their schema.</summary>
    public IReadOnlyList<SchemaViolation> Violations { get; init; } = [];

    /// <summary>Facts a program can use, by their names on the wire: owner, state, limit ... Values are text, numbers or booleans.</summary>
    public IReadOnlyDictionary<string, object?> Details { get; init; } = EmptyDetails;

    private static readonly Dictionary<string, object?> EmptyDetails = [];
}
