using Qmi.Edge.Runtime;

namespace Cryo.Seed;

// The examples of Python QMI's documentation of qmi.core.task, transliterated.

/// <summary>QMI: <c>MySettings = namedtuple("MySettings", "param other_param")</c>.</summary>
public sealed record MySettings(double Param = 1, string OtherParam = "");

/// <summary>QMI: <c>MyStatus = namedtuple("MyStatus", "field other_field")</c>.</summary>
public sealed record MyStatus(double Field, string OtherField);

/// <summary>QMI: <c>class MyTask(QMI_Task)</c>.</summary>
[TaskRunner(typeof(MyTaskRunner))]
public sealed partial class MyTask : QmiTask<MySettings, MyStatus>
{
    public MyTask(TaskInit init, string myArg, string myOtherArg = "")
        : base(init)
    {
        Settings = new MySettings(Param: 1, OtherParam: myOtherArg);
        Status = new MyStatus(0, myArg);
    }

    protected override void Run()
    {
        while (!StopRequested)
        {
            if (UpdateSettings())
                Status = new MyStatus(Settings.Param, Settings.OtherParam);
            Sleep(TimeSpan.FromMilliseconds(10));
        }
    }
}
