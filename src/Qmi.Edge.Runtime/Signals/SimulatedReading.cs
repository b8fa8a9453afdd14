namespace Qmi.Edge.Runtime;

/// <summary>
/// Makes whoever reads from a simulated object simulated itself, so that a simulated reading never passes as a real one, however many
/// tasks it goes through and whatever they make of it.
/// </summary>
internal static class SimulatedReading
{
    [ThreadStatic]
    private static RpcObject? t_task;

    /// <summary>Who reads on this thread: the object whose method runs here, or else the task whose thread it is; null when it is neither.</summary>
    public static RpcObject? Reader => CallThread.Current.Top?.Owner ?? t_task;

    /// <summary>From now on this thread is that of a task.</summary>
    public static void EnterTask(RpcObject task) => t_task = task;

    /// <summary>Whoever runs on this thread has read a simulated value.</summary>
    public static void Note() => Reader?.MarkSimulated();
}
