using System.Collections.Concurrent;
using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>
/// The method <c>_box.describe</c>. The runtime knows only its own format; what has to do with topics or with other worlds is added by those who
/// know them.
/// </summary>
internal sealed class DescribeMethod
{
    public const string NativeFormat = "native";

    public static readonly RpcMethodDescription Description = new()
    {
        Name = "describe",
        Access = RpcAccess.Read,
        Idempotent = true,
        Arguments = BuiltIn.Arguments(
            new("object", BuiltIn.Text("Its name; all objects and the box itself when it is not given.")),
            new("format", new Schema { Type = SchemaType.String, MinLength = 1, Default = "\"native\"", Description = "The kind of document: native, or one of those that a wrong name is answered with." })),
        Result = BuiltIn.Any,
        Description = "What can be known about the objects of the box without touching them.",
    };

    private readonly ConcurrentDictionary<string, BoxDescriber> _formats = new() { [NativeFormat] = DescriptionDocument.WriteAll };

    /// <exception cref="ArgumentException">There is such a format already.</exception>
    public void AddFormat(string name, BoxDescriber describer)
    {
        if (!_formats.TryAdd(name, describer))
            throw new ArgumentException($"The format \"{name}\" is there already: choose another name.", nameof(name));
    }

    public void Run(EdgeBox box, RpcRequest request, Utf8JsonWriter writer)
    {
        var format = request.GetText("format") ?? NativeFormat;
        var describer = _formats.GetValueOrDefault(format) ?? throw NoSuchFormat(format);
        if (request.GetText("object") is not { } name)
        {
            describer(writer, [.. box.Objects.Select(target => target.Description), box.Self.Description]);
            return;
        }

        var description = (box.FindObject(name) ?? throw EdgeBox.NoSuchObject(name, box.Objects)).Description;
        if (format == NativeFormat)
            DescriptionDocument.Write(writer, description);
        else
            describer(writer, [description]);
    }

    private QmiException NoSuchFormat(string format)
    {
        string[] known = [.. _formats.Keys.Order(StringComparer.Ordinal)];
        var message = $"There is no format \"{format}\"{NearestName.Hint(format, known)}; there are {string.Join(", ", known)}.";
        return new QmiException(ErrorCode.BadArgs, message) { Violations = [new("/format", "enum", message)] };
    }
}
