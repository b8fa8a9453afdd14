namespace Qmi.Edge.Runtime;

/// <summary>The closed set of errors, classed by what the caller should do. On the wire: <see cref="ErrorCodes.GetWireName"/>.</summary>
public enum ErrorCode
{
    /// <summary>The payload is not JSON.</summary>
    BadJson,

    /// <summary>The envelope of the request is wrong, for example an unknown key.</summary>
    BadRequest,

    /// <summary>A request came with the RETAIN flag: commands are never replayed.</summary>
    RetainedRequest,

    /// <summary>The caller's role does not allow this.</summary>
    Forbidden,

    /// <summary>The reply topic does not belong to the caller.</summary>
    ReplyTopicForbidden,

    /// <summary>No object of that name.</summary>
    NoSuchObject,

    /// <summary>The object has no such method.</summary>
    NoSuchMethod,

    /// <summary>The method was called under the wrong verb (get, call, admin).</summary>
    WrongVerb,

    /// <summary>The deadline passed before the call began; it was not run.</summary>
    Expired,

    /// <summary>The object is in a state in which this cannot be done.</summary>
    WrongState,

    /// <summary>The settings changed since the caller read them.</summary>
    Conflict,

    /// <summary>The request id was used before with another body.</summary>
    IdReused,

    /// <summary>The caller's lock was superseded.</summary>
    LockLost,

    /// <summary>The request is larger than the limit.</summary>
    PayloadTooLarge,

    /// <summary>Arguments or settings break their schema; all errors are listed.</summary>
    BadArgs,

    /// <summary>Somebody else holds the lock.</summary>
    Locked,

    /// <summary>An absolute time was given and the clock is not synchronised.</summary>
    NotSynced,

    /// <summary>The method demands a lock and the caller holds none.</summary>
    LockRequired,

    /// <summary>The object's queue is full.</summary>
    Busy,

    /// <summary>The call was cancelled.</summary>
    Cancelled,

    /// <summary>The instrument programmer's code threw.</summary>
    TaskError,

    /// <summary>The box died while the call ran.</summary>
    Interrupted,

    /// <summary>A defect of Qmi.Edge.</summary>
    Internal,

    /// <summary>The instrument or the way to it failed.</summary>
    DeviceError,

    /// <summary>The box is stopping.</summary>
    ShuttingDown,

    /// <summary>The deadline passed while the call ran; it goes on.</summary>
    Timeout,

    /// <summary>The envelope has a version that this box does not know.</summary>
    UnsupportedVersion,

    /// <summary>The result is larger than the limit; the work was done.</summary>
    ResultTooLarge,
}

/// <summary>Whether the work behind a failed call happened.</summary>
public enum Executed
{
    /// <summary>Nothing happened.</summary>
    No,

    /// <summary>The work was done.</summary>
    Yes,

    /// <summary>It cannot be known.</summary>
    Unknown,
}
