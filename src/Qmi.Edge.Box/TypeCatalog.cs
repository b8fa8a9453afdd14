using Qmi.Edge.Runtime;

namespace Qmi.Edge.Box;

/// <summary>The types of tasks and instruments that <c>box.json</c> may use, by name.</summary>
public sealed class TypeCatalog
{
    private readonly Dictionary<string, ObjectType> _types = [];

    /// <summary>All names.</summary>
    public IReadOnlyCollection<string> Names => _types.Keys;

    /// <summary>Adds a type: the generated <c>EdgeType</c> of a task or instrument class.</summary>
    /// <exception cref="ArgumentException">The name is taken by another class.</exception>
    public TypeCatalog Add(ObjectType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!_types.TryAdd(type.TypeName, type))
            throw new ArgumentException($"Both {_types[type.TypeName].ClassName} and {type.ClassName} are named \"{type.TypeName}\": give one of them another [TypeName].", nameof(type));
        return this;
    }

    /// <summary>Adds a class of tasks or instruments.</summary>
    /// <exception cref="ArgumentException">The name is taken by another class.</exception>
    public TypeCatalog Add<T>()
        where T : IDescribed<T> => Add(T.EdgeType);

    /// <summary>The type of that name, or null.</summary>
    public ObjectType? Find(string name) => _types.GetValueOrDefault(name);

    internal IEnumerable<string> NamesOf(ObjectKind kind) => _types.Values.Where(type => type.Kind == kind).Select(type => type.TypeName);
}
