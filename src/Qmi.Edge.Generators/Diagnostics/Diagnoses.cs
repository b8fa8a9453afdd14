using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>The texts: what is wrong, what the limit is, and the fix.</summary>
internal static class Diagnoses
{
    public static Diagnosis NotPartial(INamedTypeSymbol type, INamedTypeSymbol culprit) =>
        New(Descriptors.NotPartial, culprit, SymbolEqualityComparer.Default.Equals(type, culprit)
            ? $"{type.Name} must be partial: the generator adds its description to the class. Write \"partial class {type.Name}\"."
            : $"{culprit.Name} must be partial: the generator adds a part to {type.Name} inside it. Write \"partial class {culprit.Name}\".");

    public static Diagnosis NotRecord(ITypeSymbol type, string path, ISymbol use) =>
        New(Descriptors.NotImmutable, use, $"{path} is {Spelling.Say(type)}, which is no immutable record: values cross threads. Make it a record or a readonly record struct with init-only members.");

    public static Diagnosis Mutable(ITypeSymbol type, ISymbol member, string path, ISymbol use)
    {
        var fix = member is IFieldSymbol ? "make it readonly or an init-only property" : member.IsImplicitlyDeclared || IsPositional(member) ? $"make it a readonly record struct" : "write \"{ get; init; }\"";
        return New(Descriptors.NotImmutable, Place.Of(member, use), $"{path} is {Spelling.Say(type)}, whose member {member.Name} can be changed after it was made, but values cross threads: {fix}.");
    }

    public static Diagnosis NoJsonForm(ITypeSymbol type, string path, string fix, ISymbol use) =>
        New(Descriptors.NoJsonForm, use, $"{path} is {Spelling.Say(type)}, which has no JSON form: {fix}.");

    public static Diagnosis Recursive(ITypeSymbol type, string path, ISymbol use) =>
        New(Descriptors.NoJsonForm, use, $"{path} is {Spelling.Say(type)}, which contains itself: a description must end, so use a list of records that name each other.");

    public static Diagnosis NameTaken(string subject, string wire, string by, ISymbol use, ISymbol? culprit = null) =>
        New(Descriptors.NameTaken, Place.Of(culprit, use), $"{subject} is \"{wire}\" on the wire, a name that is taken by {by}: rename one of them.");

    public static Diagnosis WrongMethod(IMethodSymbol method, string reason, string fix, ISymbol use) =>
        New(Descriptors.WrongMethodShape, Place.Of(method, use), $"{method.ContainingType.Name}.{method.Name} cannot be an RPC method because {reason}: {fix}.");

    public static Diagnosis ReturnsTask(IMethodSymbol method, ISymbol use) =>
        New(Descriptors.ReturnsTask, Place.Of(method, use), $"{method.ContainingType.Name}.{method.Name} returns {Spelling.Say(method.ReturnType)}, but RPC methods are synchronous: the runtime runs them in a thread of their own. Return the value itself; callers get {method.Name}Async from the proxy.");

    public static Diagnosis Misplaced(IMethodSymbol method, bool isTask) =>
        New(Descriptors.MisplacedMethod, method, isTask
            ? $"{method.ContainingType.Name} is a task, and calls do not run in the task's thread: move {method.Name} to a task runner and name that with [TaskRunner]."
            : $"{method.ContainingType.Name} is neither an instrument nor a task runner, so nobody can call {method.Name}: derive the class from QmiInstrument or QmiTaskRunner<TSettings, TStatus>, or remove [RpcMethod].");

    public static Diagnosis WrongSignal(IPropertySymbol property, string reason) =>
        New(Descriptors.WrongSignal, property, $"{property.ContainingType.Name}.{property.Name} cannot be a signal because {reason}: write \"[Signal] public partial Signal<T> {property.Name} {{ get; }}\" in a task or instrument.");

    public static Diagnosis WrongRunner(INamedTypeSymbol task, ITypeSymbol runner, string settings, string status) =>
        New(Descriptors.WrongRunner, task, $"{Spelling.Say(runner)} cannot be the runner of {task.Name}: derive it from QmiTaskRunner<{settings}, {status}>, and make it neither abstract nor generic.");

    public static Diagnosis NoInit(INamedTypeSymbol type, string init) =>
        New(Descriptors.NoInit, type, $"{type.Name} needs a public constructor whose first parameter, and no other, is {init}: the runtime tells the object there who it is. Write \"class {type.Name}({init} init, ...) : ...(init, ...)\".");

    public static Diagnosis SeveralConstructors(INamedTypeSymbol type, int count, IMethodSymbol second) =>
        New(Descriptors.SeveralConstructors, Place.Of(second, type), $"{type.Name} has {count} public constructors, but box.json and Make methods can know only one: make the others private, or give one of them defaults.");

    public static Diagnosis InvalidName(string subject, string wire, ISymbol symbol, ISymbol use) =>
        New(Descriptors.InvalidName, Place.Of(symbol, use), $"{subject} is \"{wire}\" on the wire, which is no valid name: use 1 to 63 lower-case letters a-z, digits, '_' and '-', beginning with a letter or digit.");

    public static Diagnosis HidesProxyMember(string subject, string member, string proxy, ISymbol symbol, ISymbol use) =>
        New(Descriptors.HidesProxyMember, Place.Of(symbol, use), $"{subject} needs a member {member} in {proxy}, which has another of that name: rename it.");

    public static Diagnosis UnsupportedAttribute(INamedTypeSymbol attribute, string subject, string fix, ISymbol symbol) =>
        New(Descriptors.UnsupportedAttribute, symbol, $"[{attribute.Name.Replace("Attribute", "")}] on {subject} cannot be checked here: {fix}.");

    public static Diagnosis NotAccessible(ITypeSymbol type, string path, ISymbol use) =>
        New(Descriptors.NotDescribable, use, $"{path} is {Spelling.Say(type)}, which generated code cannot see: make it internal or public.");

    public static Diagnosis NotAccessible(INamedTypeSymbol type) =>
        New(Descriptors.NotDescribable, type, $"{type.Name} is private, so generated code cannot see it: make it internal or public.");

    public static Diagnosis Generic(INamedTypeSymbol type) =>
        New(Descriptors.NotDescribable, type, $"{Spelling.Say(type)} is generic, but a type of objects must have one description: make it abstract and derive a class for each use.");

    public static Diagnosis ConcreteBase(INamedTypeSymbol type, INamedTypeSymbol concrete) =>
        New(Descriptors.ConcreteBase, type, $"{type.Name} derives from {concrete.Name}, which can be made itself, so Make methods could not tell them apart: make {concrete.Name} abstract and derive both from it.");

    public static Diagnosis WrongRunnerConstructor(INamedTypeSymbol runner) =>
        New(Descriptors.WrongRunnerConstructor, runner, $"{runner.Name} needs a constructor with the one parameter TaskRunnerInit, which the box calls: remove its constructors, and the generator adds it, or write \"public {runner.Name}(TaskRunnerInit init) : base(init)\".");

    private static bool IsPositional(ISymbol member) =>
        member.DeclaringSyntaxReferences is [var reference] && reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.ParameterSyntax;

    private static Diagnosis New(DiagnosticDescriptor descriptor, ISymbol symbol, string message) => New(descriptor, Place.Of(symbol), message);

    private static Diagnosis New(DiagnosticDescriptor descriptor, Place? place, string message) => new(descriptor.Id, place, message);
}
