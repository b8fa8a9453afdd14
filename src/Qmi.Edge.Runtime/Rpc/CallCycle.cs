namespace Qmi.Edge.Runtime;

/// <summary>Finds cycles in who waits for whom among objects.</summary>
internal static class CallCycle
{
    // Waits inside calls are rare, so one gate for all of them is cheap and makes "look, then wait" one step.
    private static readonly Lock Gate = new();

    /// <summary>Announces that <paramref name="thread"/> is going to wait for <paramref name="target"/>, unless that would close a cycle.</summary>
    /// <exception cref="QmiException">The wait would never end; the message shows the path.</exception>
    public static void ThrowIfWaitingWouldClose(CallThread thread, Lane target)
    {
        if (thread.Top is null)
            return;
        lock (Gate)
        {
            var path = new List<string>();
            for (var lane = target; lane is not null; lane = lane.Holder?.WaitingFor)
            {
                path.Add(lane.ObjectName);
                if (lane.Holder == thread)
                    throw Refusal(thread, path);
                if (path.Count > 64)
                    break;
            }

            thread.WaitingFor = target;
        }
    }

    private static QmiException Refusal(CallThread thread, List<string> path)
    {
        var chain = new List<string>();
        for (var lane = thread.Top; lane is not null; lane = lane.Parent)
            chain.Insert(0, lane.ObjectName);
        return new QmiException(
            ErrorCode.WrongState,
            $"The call would wait for itself: {string.Join(" -> ", chain.Concat(path))}. Let one of these objects call another way round, or from a task.");
    }
}
