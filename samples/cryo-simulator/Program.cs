using System.Runtime.InteropServices;
using Cryo.Simulator;
using Qmi.Edge.Drivers;

// A simulated cryostat that speaks SCPI over TCP, in a process of its own: cryo-simulator [PORT]
if (args is not ([] or [_]) || !int.TryParse(args.FirstOrDefault("5025"), out var port) || port is < 0 or > 65535)
{
    Console.Error.WriteLine("usage: cryo-simulator [PORT]    PORT is 0 to 65535; 0 takes a free one; 5025 when none is given");
    return 2;
}

await using var host = new TcpSimulatorHost(new SimulatedCryostat(TimeProvider.System).Scpi, port);
Console.WriteLine($"simulated cryostat at {host.Descriptor}");
var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
void OnSignal(PosixSignalContext context) => context.Cancel = stop.TrySetResult();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
await stop.Task;
return 0;
