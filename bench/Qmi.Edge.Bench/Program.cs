using Qmi.Edge.Bench;
using Qmi.Edge.Box;

// A box like any lab's, with objects that do nothing; a fleet that is nothing but its documents; and measurements, which print a figure a line.
return args switch
{
    ["measure", "rpc"] => await RpcInProcess.RunAsync(),
    ["measure", "bridge"] => await BridgePath.RunAsync(),
    ["measure", "signals"] => SignalThroughput.Run(),
    ["measure", "data", var port, var seconds] => await DataPath.RunAsync(int.Parse(port), int.Parse(seconds)),
    ["measure", "locks"] => LockHandOver.Run(),
    ["measure", "fleet", var port, var boxes] => await Fleet.MeasureAsync(int.Parse(port), int.Parse(boxes)),
    ["fleet", var port, var boxes, .. var user] => await Fleet.PublishAsync(int.Parse(port), int.Parse(boxes), user.FirstOrDefault()),
    ["measure", "disk", var folder] => DiskFlush.Run(folder),
    ["measure", "lateness", var way, var seconds, .. var rest] => await Lateness.RunAsync(way, int.Parse(seconds), rest.Length > 0 ? int.Parse(rest[0]) : 0, rest.ElementAtOrDefault(1)),
    ["measure", "capacity", var tasks, var seconds, .. var port] => await Capacity.RunAsync(int.Parse(tasks), int.Parse(seconds), port is [var number] ? int.Parse(number) : null),
    ["measure", "first-call"] => FirstCall.Run(),
    _ => await EdgeProgram.RunAsync(args, types => types.Add(EmptyInstrument.EdgeType).Add(IdleLoop.EdgeType).Add(BusyLoop.EdgeType)),
};
