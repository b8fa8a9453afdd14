using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>Constructs a task, in the task's own thread.</summary>
public delegate QmiTaskBase TaskFactory(TaskInit init);

/// <summary>What the generator knows about a class of tasks with these settings and this status.</summary>
public sealed class TaskType<TSettings, TStatus> : TaskType
{
    /// <summary>How settings look as JSON.</summary>
    public required DataType<TSettings> Settings { get; init; }

    /// <summary>How the status looks as JSON.</summary>
    public required DataType<TStatus> Status { get; init; }

    /// <summary>The settings of a task that was given none; null when the record has no parameterless constructor.</summary>
    public Func<TSettings>? DefaultSettings { get; init; }

    /// <summary>Makes the task runner.</summary>
    public required Func<TaskRunnerInit, QmiTaskRunner<TSettings, TStatus>> CreateTaskRunner { get; init; }

    /// <summary>Constructs the task from <c>box.json</c>.</summary>
    public required Func<TaskInit, ConstructorArguments, QmiTask<TSettings, TStatus>> Create { get; init; }

    /// <inheritdoc />
    public override Schema SettingsSchema => Settings.Schema;

    /// <inheritdoc />
    public override Schema StatusSchema => Status.Schema;

    internal override IReadOnlyList<RpcMethod> BuiltInMethods => TaskMethods<TSettings, TStatus>.All;

    internal override IReadOnlyList<SignalDescription> BuiltInSignals => TaskSignals.For(this);

    internal override QmiTaskRunner CreateRunner(TaskRunnerInit init) => CreateTaskRunner(init);

    internal override TaskFactory CreateFactory(ConstructorArguments arguments) => init => Create(init, arguments);

    /// <inheritdoc />
    public override TaskOptions CreateOptions(JsonElement? settings, TaskOptions options, string path = "")
    {
        if (settings is not { } given)
            return options;
        var whole = DefaultSettings is { } create ? JsonMerge.Apply(Settings.ToElement(create()), given) : given;
        return new TaskOptions<TSettings>(options) { Settings = Settings.Read(whole, "The settings", path), Given = given.Clone() };
    }
}
