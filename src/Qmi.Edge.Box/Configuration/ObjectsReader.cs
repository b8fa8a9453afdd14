using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads the instruments and tasks of <c>box.json</c> against what their types say, and puts them into the order in which they can be made.</summary>
internal sealed class ObjectsReader(TypeCatalog types, Mistakes mistakes)
{
    private const string Instruments = "instruments";
    private const string Tasks = "tasks";
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement.Clone();

    private readonly HashSet<string> _instrumentNames = [];
    private readonly HashSet<string> _taskNames = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _references = [];

    /// <summary>What to say about something that is no name.</summary>
    public static string NoName(string name) =>
        $"\"{name}\" is no name: use 1 to {ObjectName.MaxLength} lower-case letters, digits, '_' and '-', beginning with a letter or digit.";

    /// <summary>The name of the box; empty when there is none.</summary>
    public static string ReadBox(JsonElement root, Mistakes mistakes)
    {
        var box = root.FindText("box") ?? "";
        if (box.Length > 0 && !ObjectName.IsValid(box))
            mistakes.Add("/box", NoName(box));
        return box;
    }

    /// <summary>The friendly name of the box; null when there is none.</summary>
    public static string? ReadAlias(JsonElement root, Mistakes mistakes)
    {
        var alias = root.FindText("alias");
        if (alias is { Length: > 0 } && !ObjectName.IsValid(alias))
            mistakes.Add("/alias", NoName(alias));
        return alias;
    }

    public (IReadOnlyList<InstrumentConfiguration> Instruments, IReadOnlyList<TaskConfiguration> Tasks) Read(JsonElement root)
    {
        _instrumentNames.UnionWith(root.FindObjects(Instruments).Select(member => member.Name));
        _taskNames.UnionWith(root.FindObjects(Tasks).Select(member => member.Name));
        var instruments = root.FindObjects(Instruments).Select(ReadInstrument).OfType<InstrumentConfiguration>().ToDictionary(item => item.Name);
        var tasks = root.FindObjects(Tasks).Select(ReadTask).OfType<TaskConfiguration>().ToDictionary(item => item.Name);
        return (Order(Instruments, instruments), Order(Tasks, tasks));
    }

    private InstrumentConfiguration? ReadInstrument(JsonProperty member)
    {
        var path = PathOf(Instruments, member.Name);
        CheckName(member.Name, path);
        if (FindType<InstrumentType>(member.Value, path, ObjectKind.Instrument) is not { } type)
            return null;
        return new InstrumentConfiguration(member.Name, type, ReadArguments(member, path, type, _instrumentNames), member.Value.IsNotFalse("open"), member.Value.IsTrue("simulated"));
    }

    private TaskConfiguration? ReadTask(JsonProperty member)
    {
        var path = PathOf(Tasks, member.Name);
        CheckName(member.Name, path);
        if (_instrumentNames.Contains(member.Name))
            mistakes.Add(path, $"An instrument is named \"{member.Name}\" already: names are unique in a box.");
        if (FindType<TaskType>(member.Value, path, ObjectKind.Task) is not { } type)
            return null;
        var arguments = ReadArguments(member, path, type, [.. _instrumentNames, .. _taskNames]);
        return new TaskConfiguration(member.Name, type, arguments, ReadOptions(member.Value, path, type), member.Value.IsNotFalse("start"), member.Value.IsTrue("simulated"));
    }

    private void CheckName(string name, string path)
    {
        if (!ObjectName.IsValid(name))
            mistakes.Add(path, NoName(name));
    }

    private TType? FindType<TType>(JsonElement item, string path, ObjectKind kind)
        where TType : ObjectType
    {
        if (item.FindText("type") is not { Length: > 0 } name)
            return null;
        switch (types.Find(name))
        {
            case TType type:
                return type;
            case { } other:
                var group = other.Kind == ObjectKind.Task ? Tasks : Instruments;
                mistakes.Add(path + "/type", $"\"{name}\" is a type of {group}: move this to \"{group}\".");
                return null;
            default:
                var known = types.NamesOf(kind).Order(StringComparer.Ordinal).ToArray();
                mistakes.Add(path + "/type", $"There is no type \"{name}\"{NearestName.Hint(name, known)}; this program has {(known.Length == 0 ? "none" : string.Join(", ", known))}.");
                return null;
        }
    }

    /// <param name="member">The object.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="type">Its type.</param>
    /// <param name="makeable">The names of what may be made before it.</param>
    private JsonElement ReadArguments(JsonProperty member, string path, ObjectType type, HashSet<string> makeable)
    {
        var arguments = (member.Value.FindObject("args") ?? Nothing).Clone();
        mistakes.Add(type.Arguments.Validate(arguments, path + "/args"));
        var targets = new List<string>();
        foreach (var reference in type.References)
        {
            if (arguments.FindText(reference) is not { } target)
                continue;
            targets.Add(target);
            if (makeable.Contains(target))
                continue;
            mistakes.Add($"{path}/args/{JsonPointer.Escape(reference)}", _taskNames.Contains(target)
                ? $"\"{reference}\" names the task \"{target}\", but instruments are made before tasks: an instrument can refer to instruments only."
                : $"\"{reference}\" names \"{target}\", which this box does not have{NearestName.Hint(target, makeable)}.");
        }

        _references[member.Name] = targets;
        return arguments;
    }

    private TaskOptions ReadOptions(JsonElement task, string path, TaskType type)
    {
        var options = TaskCareReader.Read(task, path, mistakes, SchedulingReader.ReadTask(task, path, mistakes));
        if (task.FindObject("settings") is not { } settings)
            return options;
        path += "/settings";
        if (type.SettingsSchema.Type == SchemaType.Null)
        {
            if (settings.EnumerateObject().Any())
                mistakes.Add(path, $"A task of type \"{type.TypeName}\" has no settings: take them away.");
            return options;
        }

        try
        {
            return type.CreateOptions(settings, options, path);
        }
        catch (QmiException exception)
        {
            mistakes.Add(exception.Violations);
            return options;
        }
    }

    private List<T> Order<T>(string group, Dictionary<string, T> items)
    {
        var (ordered, circles) = CreationOrder.Of([.. items.Keys], name => _references[name]);
        foreach (var circle in circles)
        {
            mistakes.Add(PathOf(group, circle[0]), circle.Count == 1
                ? $"\"{circle[0]}\" refers to itself: it would have to be made before itself."
                : $"These refer to each other in a circle: {string.Join(" -> ", circle)} -> {circle[0]}. Each would have to be made before the other.");
        }

        return [.. ordered.Select(name => items[name])];
    }

    private static string PathOf(string group, string name) => $"/{group}/{JsonPointer.Escape(name)}";
}
