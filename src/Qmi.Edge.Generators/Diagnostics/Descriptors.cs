using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>The mistakes that the generator finds. Each has a page in docs/reference/diagnostics.</summary>
internal static class Descriptors
{
    public const string Category = "Qmi.Edge";

    public static readonly DiagnosticDescriptor NotPartial = Error("QMIE0001", "The class must be partial");
    public static readonly DiagnosticDescriptor NotImmutable = Error("QMIE0002", "The type must be an immutable record");
    public static readonly DiagnosticDescriptor NoJsonForm = Error("QMIE0003", "The type has no JSON form");
    public static readonly DiagnosticDescriptor NameTaken = Error("QMIE0004", "The name on the wire is taken");
    public static readonly DiagnosticDescriptor WrongMethodShape = Error("QMIE0005", "The method cannot be an RPC method");
    public static readonly DiagnosticDescriptor ReturnsTask = Error("QMIE0006", "RPC methods are synchronous");
    public static readonly DiagnosticDescriptor MisplacedMethod = Error("QMIE0007", "RPC methods belong to instruments and task runners");
    public static readonly DiagnosticDescriptor WrongSignal = Error("QMIE0008", "The property cannot be a signal");
    public static readonly DiagnosticDescriptor WrongRunner = Error("QMIE0009", "The task runner does not fit the task");
    public static readonly DiagnosticDescriptor NoInit = Error("QMIE0010", "The constructor must begin with what the runtime tells the object");
    public static readonly DiagnosticDescriptor SeveralConstructors = Error("QMIE0011", "The class must have one public constructor");
    public static readonly DiagnosticDescriptor InvalidName = Error("QMIE0012", "The name breaks the rules for names");
    public static readonly DiagnosticDescriptor HidesProxyMember = Error("QMIE0013", "The name is taken by another member of the proxy");
    public static readonly DiagnosticDescriptor UnsupportedAttribute = Error("QMIE0014", "The attribute cannot be honoured");
    public static readonly DiagnosticDescriptor NotDescribable = Error("QMIE0015", "The type cannot be used by generated code");
    public static readonly DiagnosticDescriptor ConcreteBase = Error("QMIE0016", "The base class must be abstract");
    public static readonly DiagnosticDescriptor WrongRunnerConstructor = Error("QMIE0017", "The task runner needs the constructor that the box calls");
    public static readonly DiagnosticDescriptor WrongMakeCall = Error("QMIE0018", "The arguments do not make an object of that class");

    private static readonly Dictionary<string, DiagnosticDescriptor> All = new[]
    {
        NotPartial, NotImmutable, NoJsonForm, NameTaken, WrongMethodShape, ReturnsTask, MisplacedMethod, WrongSignal, WrongRunner, NoInit,
        SeveralConstructors, InvalidName, HidesProxyMember, UnsupportedAttribute, NotDescribable, ConcreteBase, WrongRunnerConstructor,
        WrongMakeCall,
    }.ToDictionary(static descriptor => descriptor.Id);

    public static IReadOnlyCollection<string> Ids => All.Keys;

    public static DiagnosticDescriptor Of(string id) => All[id];

    // The text is made where the mistake is found: it names the thing, the limit and the fix.
    private static DiagnosticDescriptor Error(string id, string title) =>
        new(id, title, "{0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: $"docs/reference/diagnostics/{id}.md");
}
