using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>A loop that does nothing: what it costs is the loop.</summary>
public sealed partial class IdleLoop(TaskInit init)
    : QmiLoopTask<Nothing, Nothing>(init, TimeSpan.FromMilliseconds(100), MissedLoopPolicy.Skip);
