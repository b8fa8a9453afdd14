using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The arguments that <c>box.json</c> gives to a constructor, already checked against <see cref="ObjectType.Arguments"/>.</summary>
/// <param name="values">The <c>args</c> object.</param>
/// <param name="box">Where references to other objects are looked up.</param>
public sealed class ConstructorArguments(JsonElement values, EdgeBox box)
{
    /// <summary>No arguments.</summary>
    public static ConstructorArguments None(EdgeBox box) => new(default, box);

    /// <summary>Whether the argument is given.</summary>
    public bool Has(string name) => values.ValueKind == JsonValueKind.Object && values.TryGetProperty(name, out _);

    /// <summary>A plain value.</summary>
    /// <exception cref="QmiException"><see cref="ErrorCode.BadArgs"/>.</exception>
    public T Get<T>(string name, DataType<T> type) => type.Read(values.GetProperty(name), $"Argument \"{name}\"");

    /// <summary>A proxy of another object of the box, as the type that the constructor asks for.</summary>
    /// <exception cref="QmiException">There is no such object, or it is of another kind.</exception>
    public T GetObject<T>(string name)
        where T : class
    {
        var objectName = values.GetProperty(name).GetString()!;
        var proxy = box.GetProxy(objectName);
        return proxy as T
            ?? throw new QmiException(ErrorCode.BadArgs, $"\"{objectName}\" is a {proxy.Description.ClassName}, which cannot be used as {typeof(T).Name} for \"{name}\": name an object of that kind.");
    }
}
