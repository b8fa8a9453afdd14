using Microsoft.Extensions.Logging;

namespace Qmi.Edge.Runtime;

/// <content>How the kernel schedules the task's thread.</content>
public abstract partial class QmiTaskRunner
{
    // In the task's thread, which runs from now on: a constructor, which may take its time, pushes no other loop aside.
    private void ObtainScheduling()
    {
        if (ThreadScheduling.Obtain(_options) is not { } obtained)
            return;
        lock (_gate)
            _life = _life with { Scheduling = obtained };
        foreach (var refusal in obtained.Refusals)
            LogSchedulingRefused(Logger, refusal.Message);
        NotifyChanged(ObjectAspect.State);
    }

    [LoggerMessage(1901, LogLevel.Warning, "{Refusal} The task runs without it")]
    private static partial void LogSchedulingRefused(ILogger logger, string refusal);
}
