using System.ComponentModel.DataAnnotations;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box.Tests;

/// <summary>Settings of a task for tests.</summary>
public sealed record FollowerSettings
{
    /// <summary>How fast it follows.</summary>
    [Range(1, 400), Unit("Hz")]
    public double Rate { get; init; } = 10;

    /// <summary>What it is called on a display.</summary>
    [StringLength(8)]
    public string Label { get; init; } = "";
}

/// <summary>A loop task that may refer to another one of its kind, and so be part of a circle.</summary>
public sealed partial class Follower(TaskInit init, TaskProxy<FollowerSettings, Nothing>? leader = null, [Range(1, 4)] int channel = 1)
    : QmiLoopTask<FollowerSettings, Nothing>(init, TimeSpan.FromSeconds(1))
{
    public string? Leader { get; } = leader?.Name;

    public int Channel { get; } = channel;
}

/// <summary>A task without settings and without a loop, which may refer to an instrument.</summary>
public sealed partial class Idler(TaskInit init, InstrumentProxy? pump = null) : QmiTask<Nothing, Nothing>(init)
{
    public string? Pump { get; } = pump?.Name;

    protected override void Run() => Sleep(Timeout.InfiniteTimeSpan);
}

/// <summary>A loop task that takes its time to leave everything as it should be left.</summary>
public sealed partial class Lingerer(TaskInit init) : QmiLoopTask<Nothing, Nothing>(init, TimeSpan.FromSeconds(1))
{
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    protected override void LoopFinalize() => Sleep(Farewell);
}

/// <summary>A loop task that hangs in a way that no stop request ends, while a file is there.</summary>
public sealed partial class Hanger(TaskInit init, string file) : QmiLoopTask<Nothing, Nothing>(init, TimeSpan.FromMilliseconds(10), MissedLoopPolicy.Skip)
{
    private volatile bool _hangs;

    public bool Hangs => _hangs;

    protected override void LoopIteration()
    {
        while (File.Exists(file))
        {
            _hangs = true;
            Thread.Sleep(10);
        }

        _hangs = false;
    }
}

/// <summary>A task whose constructor throws.</summary>
public sealed partial class Broken : QmiTask<Nothing, Nothing>
{
    public Broken(TaskInit init, string reason)
        : base(init) => throw new InvalidOperationException(reason);

    protected override void Run()
    {
    }
}

/// <summary>An instrument that may refer to another one of its kind, or to a task.</summary>
public sealed partial class Pump(InstrumentInit init, InstrumentProxy? feeds = null, TaskProxy<FollowerSettings, Nothing>? follows = null) : QmiInstrument(init)
{
    public string? Feeds { get; } = feeds?.Name;

    public string? Follows { get; } = follows?.Name;
}

/// <summary>An instrument that can be opened only while a file is there, and complains in no way of ours.</summary>
public sealed partial class Gate(InstrumentInit init, string file) : QmiInstrument(init)
{
    protected override void OnOpen()
    {
        if (!File.Exists(file))
            throw new NotSupportedException("The gate is shut.");
    }
}

/// <summary>An instrument whose constructor throws.</summary>
public sealed partial class Misbuilt : QmiInstrument
{
    public Misbuilt(InstrumentInit init)
        : base(init) => throw new FormatException("It cannot be built.");
}

internal static class GivenTypes
{
    /// <summary>The sample's types and those above.</summary>
    public static void AddTo(TypeCatalog types)
    {
        BuiltInTypes.AddTo(types);
        types.Add(Cryo.ScpiCryostat.EdgeType).Add(Cryo.Thermostat.EdgeType).Add(Cryo.ExcursionLog.EdgeType).Add(Cryo.Seed.MyTask.EdgeType);
        types.Add(Follower.EdgeType).Add(Idler.EdgeType).Add(Lingerer.EdgeType).Add(Hanger.EdgeType).Add(Broken.EdgeType).Add(Pump.EdgeType).Add(Gate.EdgeType).Add(Misbuilt.EdgeType);
    }

    public static TypeCatalog Catalog()
    {
        var types = new TypeCatalog();
        AddTo(types);
        return types;
    }
}
