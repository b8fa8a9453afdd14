namespace Qmi.Edge.Runtime;

/// <summary>What a caller is told when the disk does not take what must be kept, or does not give it back.</summary>
internal static class StorageErrors
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    // Reading again costs nobody anything.
    private static readonly TimeSpan ReadRetry = TimeSpan.FromSeconds(1);

    /// <param name="what">What could not be saved.</param>
    /// <param name="cause">Why.</param>
    /// <param name="executed">Unknown when the disk failed in a way that leaves open what it has.</param>
    public static QmiException NotSaved(string what, Exception cause, Executed executed = Executed.No) =>
        new(ErrorCode.Busy, $"{what} could not be saved ({cause.Message}): {(executed == Executed.No ? "nothing was done" : "only a restart would show whether the disk has it")}. Free space on the box's disk, or replace it.", executed, cause)
        {
            RetryAfter = Retry,
            Details = Code,
        };

    /// <param name="what">What could not be read.</param>
    /// <param name="cause">Why.</param>
    public static QmiException NotRead(string what, Exception cause) =>
        new(ErrorCode.Busy, $"{what} cannot be read ({cause.Message}).", Executed.No, cause) { RetryAfter = ReadRetry, Details = Code };

    private static Dictionary<string, object?> Code => new() { ["code"] = "STORAGE" };
}
