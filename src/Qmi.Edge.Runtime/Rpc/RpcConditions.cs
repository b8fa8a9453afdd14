namespace Qmi.Edge.Runtime;

/// <summary>What a caller makes its request depend on: that nothing has changed since it looked.</summary>
internal static class RpcConditions
{
    /// <exception cref="QmiException">CONFLICT.</exception>
    public static void Check(RpcObject target, RpcRequest request)
    {
        var box = target.Box;
        if (request.IfBoot is { } boot && boot != box.Boot)
        {
            throw new QmiException(ErrorCode.Conflict, $"The box has rebooted: its boot is {box.Boot}, not {boot}.")
            {
                Details = new Dictionary<string, object?> { ["boot"] = box.Boot },
            };
        }

        if (request.IfRevision is { } revision && target is QmiTaskRunner task && task.HeadRevision != revision)
        {
            throw new QmiException(ErrorCode.Conflict, $"The settings of {task.Name} are at revision {task.HeadRevision}, not {revision}.")
            {
                Details = new Dictionary<string, object?> { ["head_rev"] = task.HeadRevision },
            };
        }
    }
}
