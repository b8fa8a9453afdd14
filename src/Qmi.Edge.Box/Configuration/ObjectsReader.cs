using System.Text.Json;
using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>Reads the instruments and tasks of <c>box.json</c> against what their types say, and puts them into the order in which they can be made.</summary>
internal sealed class ObjectsReader(TypeCatalog types, List<(string Path, string Message)> errors)
{
    public (IReadOnlyList<InstrumentConfiguration> Instruments, IReadOnlyList<TaskConfiguration> Tasks) Read(JsonElement root)
    {
        var names = new HashSet<string>(Members(root, "instruments").Concat(Members(root, "tasks")).Select(member => member.Name));
        var instruments = new List<(InstrumentConfiguration Item, string[] References)>();
        var tasks = new List<(TaskConfiguration Item, string[] References)>();
        foreach (var member in Members(root, "instruments"))
        {
            var path = "/instruments/" + JsonPointer.Escape(member.Name);
            if (FindType<InstrumentType>(member, path, ObjectKind.Instrument) is { } type && ReadArguments(member, path, type, names) is { } arguments)
                instruments.Add((new InstrumentConfiguration(member.Name, type, arguments, Flag(member.Value, "open")), References(type, arguments)));
        }

        foreach (var member in Members(root, "tasks"))
        {
            var path = "/tasks/" + JsonPointer.Escape(member.Name);
            if (Members(root, "instruments").Any(other => other.Name == member.Name))
                errors.Add((path, $"An instrument is named \"{member.Name}\" already: names are unique in a box."));
            if (FindType<TaskType>(member, path, ObjectKind.Task) is { } type && ReadArguments(member, path, type, names) is { } arguments && ReadOptions(member, path, type) is { } options)
                tasks.Add((new TaskConfiguration(member.Name, type, arguments, options, Flag(member.Value, "start")), References(type, arguments)));
        }

        return (Order(instruments, item => item.Name, "instruments"), Order(tasks, item => item.Name, "tasks"));
    }

    private static IEnumerable<JsonProperty> Members(JsonElement root, string name) =>
        root.TryGetProperty(name, out var group) ? group.EnumerateObject() : [];

    private TType? FindType<TType>(JsonProperty member, string path, ObjectKind kind)
        where TType : ObjectType
    {
        if (!ObjectName.IsValid(member.Name))
            errors.Add((path, $"\"{member.Name}\" is no name: use 1 to {ObjectName.MaxLength} lower-case letters, digits, '_' and '-', beginning with a letter or digit."));
        var name = member.Value.GetProperty("type").GetString()!;
        switch (types.Find(name))
        {
            case TType type:
                return type;
            case { } other:
                errors.Add((path + "/type", $"\"{name}\" is a type of {other.Kind.ToString().ToLowerInvariant()}s: it does not belong here."));
                return null;
            default:
                var known = types.NamesOf(kind).Order(StringComparer.Ordinal).ToArray();
                errors.Add((path + "/type", $"There is no type \"{name}\"{NearestName.Hint(name, known)}; this program has {(known.Length == 0 ? "none" : string.Join(", ", known))}."));
                return null;
        }
    }

    private JsonElement? ReadArguments(JsonProperty member, string path, ObjectType type, HashSet<string> names)
    {
        using var empty = JsonDocument.Parse("{}");
        var arguments = (member.Value.TryGetProperty("args", out var given) ? given : empty.RootElement).Clone();
        var violations = type.Arguments.Validate(arguments);
        foreach (var violation in violations)
            errors.Add(($"{path}/args{violation.Path}", violation.Message));
        if (violations.Count > 0)
            return null;
        foreach (var reference in type.References)
        {
            if (arguments.TryGetProperty(reference, out var value) && value.GetString() is { } target && !names.Contains(target))
                errors.Add(($"{path}/args/{reference}", $"\"{reference}\" names \"{target}\", which this box does not have{NearestName.Hint(target, names)}."));
        }

        return arguments;
    }

    private TaskOptions? ReadOptions(JsonProperty member, string path, TaskType type)
    {
        try
        {
            return type.CreateOptions(
                member.Value.TryGetProperty("settings", out var settings) ? settings : null,
                ReadLoop(member.Value));
        }
        catch (QmiException exception) when (exception.Violations.Count > 0)
        {
            foreach (var violation in exception.Violations)
                errors.Add(($"{path}/settings{violation.Path}", violation.Message));
            return null;
        }
    }

    private static TaskOptions ReadLoop(JsonElement task)
    {
        if (!task.TryGetProperty("loop", out var loop))
            return new TaskOptions();
        return new TaskOptions
        {
            Period = loop.TryGetProperty("period_ms", out var period) ? TimeSpan.FromMilliseconds(period.GetDouble()) : null,
            Policy = loop.TryGetProperty("policy", out var policy) ? (MissedLoopPolicy)Array.IndexOf(ConfigurationSchema.Policies, policy.GetString()) : null,
        };
    }

    private static string[] References(ObjectType type, JsonElement arguments) =>
        [.. type.References.Where(name => arguments.TryGetProperty(name, out _)).Select(name => arguments.GetProperty(name).GetString()!)];

    /// <summary>What is referred to comes first; otherwise the order of the file stays.</summary>
    private List<T> Order<T>(List<(T Item, string[] References)> items, Func<T, string> nameOf, string group)
    {
        var ordered = new List<T>();
        var waiting = items;
        while (waiting.Count > 0)
        {
            var waitingNames = waiting.Select(item => nameOf(item.Item)).ToHashSet();
            var ready = waiting.Where(item => !item.References.Any(waitingNames.Contains)).ToList();
            if (ready.Count == 0)
            {
                errors.Add(($"/{group}/{nameOf(waiting[0].Item)}", $"These refer to each other in a circle: {string.Join(", ", waitingNames)}."));
                return ordered;
            }

            ordered.AddRange(ready.Select(item => item.Item));
            waiting = [.. waiting.Except(ready)];
        }

        return ordered;
    }

    private static bool Flag(JsonElement parent, string name) => !parent.TryGetProperty(name, out var value) || value.GetBoolean();
}
