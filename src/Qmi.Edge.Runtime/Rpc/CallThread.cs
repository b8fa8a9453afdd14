namespace Qmi.Edge.Runtime;

/// <summary>What a thread runs and waits for, so that a cycle of calls is seen before it becomes a deadlock.</summary>
internal sealed class CallThread
{
    [ThreadStatic]
    private static CallThread? t_current;

    public static CallThread Current => t_current ??= new CallThread();

    /// <summary>The innermost lane whose call this thread runs.</summary>
    public Lane? Top { get; set; }

    /// <summary>The lane this thread waits for.</summary>
    public volatile Lane? WaitingFor;
}
