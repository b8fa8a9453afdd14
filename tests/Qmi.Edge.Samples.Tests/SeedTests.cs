using Cryo.Seed;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Samples.Tests;

/// <summary>The two examples of QMI's documentation of qmi.core.task, line by line.</summary>
public class SeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Starting_and_stopping_a_task_as_in_the_first_example()
    {
        await using var qmi = new EdgeBox("seed");

        // proxy = qmi.make_task("my_task", MyTask, "arg1", "arg2")
        var proxy = qmi.MakeTask<MyTask>("my_task", "arg1", "arg2");
        // proxy.start()
        proxy.Start();
        // new_settings = MySettings(...); proxy.set_settings(new_settings)
        var push = proxy.SetSettings(new MySettings(Param: 42, OtherParam: "other"));
        Assert.Equal(SettingsResult.Applied, (await push.Outcome.WaitAsync(Patience)).Result);
        // status = proxy.get_status()
        Assert.True(SpinWait.SpinUntil(() => proxy.GetStatus() == new MyStatus(42, "other"), Patience));
        // proxy.stop(); proxy.join()
        proxy.Stop();
        proxy.Join();

        Assert.Equal((TaskState.Stopped, StopReason.Requested), (proxy.Life.State, proxy.Life.Reason));
    }

    [Fact]
    public async Task A_custom_task_runner_as_in_the_second_example()
    {
        await using var qmi = new EdgeBox("seed");

        // proxy = qmi.make_task("my_task", MyTask, "arg1", "arg2", task_runner=MyTaskRunner)
        var proxy = qmi.MakeTask<MyTask>("my_task", "arg1", "arg2");
        proxy.Start();
        // proxy.set_param(...)
        proxy.SetParam(7);
        await proxy.SetParamAsync(8);
        Assert.True(SpinWait.SpinUntil(() => proxy.GetSettings().Param == 8, Patience));
        proxy.Stop();
        proxy.Join();

        Assert.Equal(new MySettings(8, "arg2"), proxy.GetSettings());
    }
}
