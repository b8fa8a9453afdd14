using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The kinds of objects in a box.</summary>
public enum ObjectKind
{
    /// <summary>A task with its runner.</summary>
    Task,

    /// <summary>An instrument.</summary>
    Instrument,

    /// <summary>The box itself.</summary>
    Box,
}

/// <summary>
/// What the generator knows about a class of tasks or instruments: its methods, signals and constructor. It exists once per class,
/// before there is any object of it.
/// </summary>
public abstract class ObjectType
{
    /// <summary>Task or instrument.</summary>
    public abstract ObjectKind Kind { get; }

    /// <summary>The name in <c>box.json</c>, snake_case.</summary>
    public required string TypeName { get; init; }

    /// <summary>The full name of the class (QMI: get_task_class_name).</summary>
    public required string ClassName { get; init; }

    /// <summary>What it is for, from the documentation comment.</summary>
    public string? Description { get; init; }

    /// <summary>The methods of the programmer, by the name on the wire; built-in ones are added by the runtime.</summary>
    public IReadOnlyList<RpcMethod> Methods { get; init; } = [];

    /// <summary>The declared signals; built-in ones are added by the runtime.</summary>
    public IReadOnlyList<SignalDescription> Signals { get; init; } = [];

    /// <summary>The constructor's parameters, other than the first, as an object: what <c>box.json</c> may give under <c>args</c>. Other objects of the box are named by strings.</summary>
    public Schema Arguments { get; init; } = RpcMethodDescription.NoArguments;

    /// <summary>The names of those arguments that refer to other objects of the box, which must exist before this one.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Makes the typed proxy.</summary>
    public required Func<RpcChannel, ObjectProxy> CreateProxy { get; init; }

    /// <summary>What can be known about an object of this class before there is one.</summary>
    /// <param name="name">Its name in the box.</param>
    public ObjectDescription Describe(string name) => Describe(name, [.. Methods.Concat(BuiltInMethods).Select(method => method.Description)]);

    /// <summary>The methods that every object of the kind has.</summary>
    internal abstract IReadOnlyList<RpcMethod> BuiltInMethods { get; }

    /// <summary>The signals that every object of the kind has.</summary>
    internal virtual IReadOnlyList<SignalDescription> BuiltInSignals => [];

    internal virtual ObjectDescription Describe(string name, IEnumerable<RpcMethodDescription> methods) => new()
    {
        Name = name,
        Kind = Kind,
        ClassName = ClassName,
        Description = Description,
        Methods = [.. methods.OrderBy(method => method.Name, StringComparer.Ordinal)],
        Signals = [.. BuiltInSignals, .. Signals],
    };
}

/// <summary>What the generator knows about a class of instruments.</summary>
public sealed class InstrumentType : ObjectType
{
    /// <inheritdoc />
    public override ObjectKind Kind => ObjectKind.Instrument;

    /// <summary>Constructs one from <c>box.json</c>.</summary>
    public required Func<InstrumentInit, ConstructorArguments, QmiInstrument> Create { get; init; }

    internal override IReadOnlyList<RpcMethod> BuiltInMethods => InstrumentMethods.All;
}

/// <summary>What the generator knows about a class of tasks.</summary>
public abstract class TaskType : ObjectType
{
    /// <inheritdoc />
    public override ObjectKind Kind => ObjectKind.Task;

    /// <summary>Whether it is a loop task: then it has the signals of one.</summary>
    public bool HasLoop { get; init; }

    /// <summary>What settings look like.</summary>
    public abstract Schema SettingsSchema { get; }

    /// <summary>What the status looks like.</summary>
    public abstract Schema StatusSchema { get; }

    internal override ObjectDescription Describe(string name, IEnumerable<RpcMethodDescription> methods) =>
        base.Describe(name, methods.Select(WithResult)) with { Settings = SettingsSchema, Status = StatusSchema };

    internal abstract QmiTaskRunner CreateRunner(TaskRunnerInit init);

    internal abstract TaskFactory CreateFactory(ConstructorArguments arguments);

    /// <summary>Options with the settings that a configuration gives, laid over the defaults and checked as a whole.</summary>
    /// <param name="settings">The settings, or the part that differs from the defaults; null = none are given.</param>
    /// <param name="options">Everything else.</param>
    /// <param name="path">JSON Pointer of the settings in the document that they are a part of; the violations are placed there.</param>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/> with everything that is wrong.</exception>
    public abstract TaskOptions CreateOptions(JsonElement? settings, TaskOptions options, string path = "");

    // The built-in methods are the same for all classes of tasks; what these answer is not.
    private RpcMethodDescription WithResult(RpcMethodDescription method) => method.Name switch
    {
        "get_settings" => method with { Result = SettingsSchema },
        "get_pending_settings" => method with { Result = SettingsSchema with { Nullable = true } },
        "get_status" => method with { Result = StatusSchema with { Nullable = true } },
        _ => method,
    };
}
