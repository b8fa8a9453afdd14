using Qmi.Edge.Runtime;

namespace Qmi.Edge.Bench;

/// <summary>Says a word as soon as a call was answered: whoever started the process has the time.</summary>
internal static class FirstCall
{
    public static int Run()
    {
        var box = new EdgeBox("bench");
        var proxy = box.MakeInstrument<EmptyInstrument>("device");
        proxy.Open();
        proxy.SetValue(1);
        if (proxy.GetValue() != 1)
            return 1;
        using (var output = Console.OpenStandardOutput())
            output.Write("answered\n"u8);
        box.DisposeAsync().AsTask().Wait();
        return 0;
    }
}
