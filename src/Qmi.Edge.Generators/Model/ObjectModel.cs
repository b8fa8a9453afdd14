namespace Qmi.Edge.Generators;

/// <summary>A class of tasks or instruments.</summary>
internal sealed record ObjectModel
{
    public required ClassPlace Place { get; init; }

    /// <summary>Name in <c>box.json</c>.</summary>
    public required string TypeName { get; init; }

    public required Docs Docs { get; init; }

    /// <summary>What makes it a task; null for an instrument.</summary>
    public TaskModel? Task { get; init; }

    /// <summary>The class that has the RPC methods: the task runner, or the instrument itself.</summary>
    public required string Target { get; init; }

    public required EquatableArray<MethodModel> Methods { get; init; }

    public required EquatableArray<SignalModel> Signals { get; init; }

    /// <summary>The constructor's parameters without the first.</summary>
    public required EquatableArray<ParameterModel> Parameters { get; init; }

    /// <summary>The interfaces that the proxy implements too.</summary>
    public required EquatableArray<string> Interfaces { get; init; }

    public string ProxyName => Place.Name + "Proxy";

    public string ProxyCSharp => Place.Beside(ProxyName);
}

/// <summary>What makes an object a task.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Status">The status.</param>
/// <param name="DefaultSettings">An expression for settings with all defaults, or null.</param>
/// <param name="HasLoop">Whether it is a loop task.</param>
internal sealed record TaskModel(TypeUse Settings, TypeUse Status, string? DefaultSettings, bool HasLoop);
