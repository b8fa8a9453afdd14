namespace Qmi.Edge.Runtime;

/// <summary>The table of the closed set of errors: wire name, status, and whether the work happened.</summary>
public static class ErrorCodes
{
    private static readonly (string Name, int Status, Executed Executed)[] Table = Build();

    /// <summary>The stable name, for example <c>LOCKED</c>.</summary>
    public static string GetWireName(this ErrorCode code) => Table[(int)code].Name;

    /// <summary>The HTTP-like number, for example 423.</summary>
    public static int GetStatus(this ErrorCode code) => Table[(int)code].Status;

    /// <summary>Whether the work happened, unless the error says otherwise.</summary>
    public static Executed GetExecuted(this ErrorCode code) => Table[(int)code].Executed;

    /// <summary>The code of a wire name, or null.</summary>
    public static ErrorCode? FromWireName(string name)
    {
        var index = Array.FindIndex(Table, row => row.Name == name);
        return index < 0 ? null : (ErrorCode)index;
    }

    private static (string, int, Executed)[] Build()
    {
        var table = new (string, int, Executed)[Enum.GetValues<ErrorCode>().Length];
        void Add(ErrorCode code, string name, int status, Executed executed) => table[(int)code] = (name, status, executed);

        Add(ErrorCode.BadJson, "BAD_JSON", 400, Executed.No);
        Add(ErrorCode.BadRequest, "BAD_REQUEST", 400, Executed.No);
        Add(ErrorCode.RetainedRequest, "RETAINED_REQUEST", 400, Executed.No);
        Add(ErrorCode.Forbidden, "FORBIDDEN", 403, Executed.No);
        Add(ErrorCode.ReplyTopicForbidden, "REPLY_TOPIC_FORBIDDEN", 403, Executed.No);
        Add(ErrorCode.NoSuchObject, "NO_SUCH_OBJECT", 404, Executed.No);
        Add(ErrorCode.NoSuchMethod, "NO_SUCH_METHOD", 404, Executed.No);
        Add(ErrorCode.WrongVerb, "WRONG_VERB", 405, Executed.No);
        Add(ErrorCode.Expired, "EXPIRED", 408, Executed.No);
        Add(ErrorCode.WrongState, "WRONG_STATE", 409, Executed.No);
        Add(ErrorCode.Conflict, "CONFLICT", 409, Executed.No);
        Add(ErrorCode.IdReused, "ID_REUSED", 409, Executed.No);
        Add(ErrorCode.LockLost, "LOCK_LOST", 409, Executed.No);
        Add(ErrorCode.PayloadTooLarge, "PAYLOAD_TOO_LARGE", 413, Executed.No);
        Add(ErrorCode.BadArgs, "BAD_ARGS", 422, Executed.No);
        Add(ErrorCode.Locked, "LOCKED", 423, Executed.No);
        Add(ErrorCode.NotSynced, "NOT_SYNCED", 425, Executed.No);
        Add(ErrorCode.LockRequired, "LOCK_REQUIRED", 428, Executed.No);
        Add(ErrorCode.Busy, "BUSY", 429, Executed.No);
        Add(ErrorCode.Cancelled, "CANCELLED", 499, Executed.Unknown);
        Add(ErrorCode.TaskError, "TASK_ERROR", 500, Executed.Unknown);
        Add(ErrorCode.Interrupted, "INTERRUPTED", 500, Executed.Unknown);
        Add(ErrorCode.Internal, "INTERNAL", 500, Executed.Unknown);
        Add(ErrorCode.DeviceError, "DEVICE_ERROR", 502, Executed.Unknown);
        Add(ErrorCode.ShuttingDown, "SHUTTING_DOWN", 503, Executed.No);
        Add(ErrorCode.Timeout, "TIMEOUT", 504, Executed.Unknown);
        Add(ErrorCode.UnsupportedVersion, "UNSUPPORTED_VERSION", 505, Executed.No);
        Add(ErrorCode.ResultTooLarge, "RESULT_TOO_LARGE", 507, Executed.Yes);
        return table;
    }
}
