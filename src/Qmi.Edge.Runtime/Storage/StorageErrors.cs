namespace Qmi.Edge.Runtime;

/// <summary>What a caller is told when the disk does not take what must be kept.</summary>
internal static class StorageErrors
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    public static QmiException NotSaved(string what, Exception cause) =>
        new(ErrorCode.Busy, $"{what} could not be saved ({cause.Message}): nothing was done. Free space on the box's disk, or replace it.", Executed.No, cause)
        {
            RetryAfter = Retry,
            Details = new Dictionary<string, object?> { ["code"] = "STORAGE" },
        };
}
