using System.ComponentModel;
using System.Text;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>For generated code: a member of a record while the record is read; it may turn out not to be given.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public ref struct JsonMember<T>(ReadOnlySpan<byte> name)
{
    private readonly ReadOnlySpan<byte> _name = name;
    private T? _value;
    private bool _isGiven;

    /// <summary>The value, which must be given.</summary>
    /// <exception cref="JsonException">It is missing.</exception>
    public readonly T Required => _isGiven ? _value! : throw new JsonException($"\"{Encoding.UTF8.GetString(_name)}\" is missing.");

    /// <summary>The value, or <paramref name="fallback"/> when it is not given.</summary>
    public readonly T Or(T fallback) => _isGiven ? _value! : fallback;

    /// <summary>Reads the member that the reader stands on, if it is this one.</summary>
    public bool TryRead(ref Utf8JsonReader reader, DataType<T> type)
    {
        if (!reader.ValueTextEquals(_name))
            return false;
        reader.Read();
        try
        {
            _value = type.ReadValue(ref reader);
        }
        catch (Exception exception) when (JsonMembers.IsUnreadable(exception))
        {
            throw JsonMembers.Unreadable("." + Encoding.UTF8.GetString(_name), exception);
        }

        _isGiven = true;
        return true;
    }
}
