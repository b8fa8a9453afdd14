namespace Qmi.Edge.Runtime;

/// <summary>Results that are too large for a reply, kept for a while so that they can be fetched in pieces.</summary>
internal sealed class LargeResults(long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<(RequestKey Key, ReadOnlyMemory<byte> Result)> _results = new();
    private long _bytes;

    /// <summary>Keeps a result, in place of the oldest ones if need be.</summary>
    /// <returns>False when it is larger than all the room.</returns>
    public bool TryAdd(RequestKey key, ReadOnlyMemory<byte> result)
    {
        lock (_gate)
        {
            if (result.Length > mostBytes)
                return false;
            while (_bytes + result.Length > mostBytes)
            {
                _bytes -= _results.First!.Value.Result.Length;
                _results.RemoveFirst();
            }

            _results.AddLast((key, result));
            _bytes += result.Length;
            return true;
        }
    }

    /// <summary>The newest result of that request, or null.</summary>
    public ReadOnlyMemory<byte>? Find(RequestKey key)
    {
        lock (_gate)
        {
            for (var node = _results.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Key == key)
                    return node.Value.Result;
            }

            return null;
        }
    }
}
