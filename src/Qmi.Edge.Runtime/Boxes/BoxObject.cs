using System.Text.Json;

namespace Qmi.Edge.Runtime;

/// <summary>The box itself as an object that can be called, named <c>_box</c>.</summary>
internal sealed class BoxObject(EdgeBox box) : RpcObject(new Init(box))
{
    public const string ObjectName = "_box";

    private readonly Lock _gate = new();

    private static readonly IReadOnlyList<RpcMethod> Methods =
    [
        .. ObjectMethods.All,
        .. BoxUpkeep.Methods,
        BuiltIn.Read<BoxObject>("ping", "Answers with the name of the box.", BuiltIn.Text(), static (self, writer) => writer.WriteStringValue(self.Box.Name)),
        BuiltIn.Read<BoxObject>("list_objects", "The tasks and instruments of the box.", BuiltIn.Any, static (self, writer) => self.WriteObjects(writer)),
        new BuiltInMethod<BoxObject>(
            new() { Name = "whoami", Access = RpcAccess.Read, Idempotent = true, Result = BuiltIn.Any, Description = "As whom the caller is known, and what it may do." },
            static (_, request, writer, _) => WriteCaller(writer, request.Caller)),
        new BuiltInMethod<BoxObject>(DescribeMethod.Description, static (self, request, writer, _) => self.Describe(writer, request)),
    ];

    /// <summary>The formats in which it describes.</summary>
    public DescribeMethod Formats { get; } = new();

    /// <summary>Adds a method that some part of the program brings.</summary>
    public void Add(RpcMethodDescription description, BoxMethodHandler handler)
    {
        lock (_gate)
            AddMethod(new BuiltInMethod<BoxObject>(description, (_, request, writer, cancellationToken) => handler(request, writer, cancellationToken)));
    }

    internal override Task ReleaseAsync(Task drained, TimeSpan timeout) => Task.CompletedTask;

    private static ValueTask WriteCaller(Utf8JsonWriter writer, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("caller"u8, caller.Name);
        writer.WriteString("role"u8, RoleName.Of(caller.Role));
        writer.WriteEndObject();
        return ValueTask.CompletedTask;
    }

    private void WriteObjects(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var target in Box.Objects)
            writer.WriteString(target.Name, target.Description.ClassName);
        writer.WriteEndObject();
    }

    private ValueTask Describe(Utf8JsonWriter writer, RpcRequest request)
    {
        Formats.Run(Box, request, writer);
        return ValueTask.CompletedTask;
    }

    private sealed record Init(EdgeBox Box) : RpcObjectInit(Box, BoxObject.ObjectName, BoxType.Instance);

    private sealed class BoxType : ObjectType
    {
        public static readonly BoxType Instance = new();

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public BoxType()
        {
            (TypeName, ClassName, Description) = (BoxObject.ObjectName, typeof(EdgeBox).FullName!, "The box itself.");
            CreateProxy = static _ => throw new NotSupportedException("The box is used directly in its own process.");
        }

        public override ObjectKind Kind => ObjectKind.Box;

        internal override IReadOnlyList<RpcMethod> BuiltInMethods => BoxObject.Methods;
    }
}
