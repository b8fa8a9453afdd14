namespace Qmi.Edge.Runtime;

/// <summary>The names of a box and the objects that have them. Readers see an immutable list.</summary>
internal sealed class ObjectRegistry
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _reserved = [];
    private volatile RpcObject[] _objects = [];
    private bool _closed;

    public IReadOnlyList<RpcObject> All => _objects;

    // Each request looks several times: without the closure that Array.Find would need.
    public RpcObject? Find(string name)
    {
        foreach (var target in _objects)
        {
            if (target.Name == name)
                return target;
        }

        return null;
    }

    /// <summary>Takes a name before its object exists.</summary>
    /// <exception cref="QmiException">The name is taken, or the box is stopping.</exception>
    public void Reserve(string name)
    {
        lock (_gate)
        {
            if (_closed)
                throw new QmiException(ErrorCode.ShuttingDown, $"The box is stopping: {name} cannot be made any more.");
            if (!_reserved.Add(name))
                throw new QmiException(ErrorCode.BadArgs, $"The name {name} is taken in this box: choose another, or remove the object that has it.");
        }
    }

    public void Put(RpcObject target)
    {
        lock (_gate)
            _objects = [.. _objects, target];
    }

    public void Release(string name)
    {
        lock (_gate)
        {
            _reserved.Remove(name);
            _objects = [.. _objects.Where(target => target.Name != name)];
        }
    }

    public void Close()
    {
        lock (_gate)
            _closed = true;
    }
}
