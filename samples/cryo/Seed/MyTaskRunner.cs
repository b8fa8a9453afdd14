using Qmi.Edge.Runtime;

namespace Cryo.Seed;

/// <summary>QMI: <c>class MyTaskRunner(QMI_TaskRunner)</c>, whose <c>set_param</c> forgot to use the result of <c>_replace</c>.</summary>
public sealed partial class MyTaskRunner : QmiTaskRunner<MySettings, MyStatus>
{
    /// <summary>Sets one of the settings.</summary>
    [RpcMethod]
    public void SetParam(double param) => SetSettings((GetPendingSettings() ?? GetSettings()) with { Param = param });
}
