using static Qmi.Edge.Bridge.LibmosquittoProperties;

namespace Qmi.Edge.Bridge;

/// <summary>Properties on the way out: a list that libmosquitto allocates and we free. The first addition that fails is remembered, the others then do nothing.</summary>
internal unsafe ref struct PropertyList
{
    private nint _list;

    public readonly nint Pointer => _list;

    public int Result { get; private set; }

    public void Add(int identifier, byte value)
    {
        fixed (nint* list = &_list)
            Keep(Result != 0 ? Result : mosquitto_property_add_byte(list, identifier, value));
    }

    public void Add(int identifier, ushort value)
    {
        fixed (nint* list = &_list)
            Keep(Result != 0 ? Result : mosquitto_property_add_int16(list, identifier, value));
    }

    public void Add(int identifier, uint value)
    {
        fixed (nint* list = &_list)
            Keep(Result != 0 ? Result : mosquitto_property_add_int32(list, identifier, value));
    }

    public void Add(int identifier, byte* text)
    {
        fixed (nint* list = &_list)
            Keep(Result != 0 ? Result : mosquitto_property_add_string(list, identifier, text));
    }

    public void Add(int identifier, byte* bytes, ushort length)
    {
        fixed (nint* list = &_list)
            Keep(Result != 0 ? Result : mosquitto_property_add_binary(list, identifier, bytes, length));
    }

    public void AddUserProperty(byte* name, byte* value)
    {
        fixed (nint* list = &_list)
            Keep(Result != 0 ? Result : mosquitto_property_add_string_pair(list, PropertyId.UserProperty, name, value));
    }

    /// <summary>Somebody else owns the list now.</summary>
    public void Release() => _list = 0;

    public void Dispose()
    {
        if (_list == 0)
            return;
        fixed (nint* list = &_list)
            mosquitto_property_free_all(list);
    }

    private void Keep(int result) => Result = result;
}
