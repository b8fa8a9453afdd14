using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads what is known about a class of tasks or instruments before there is any object of it.</summary>
internal sealed class DescriptionReader(INamedTypeSymbol type, TypeReader types, List<Diagnosis> diagnoses)
{
    public ObjectModel? Read(INamedTypeSymbol? taskBase)
    {
        var typeName = ReadTypeName();
        var task = taskBase is null ? null : ReadTask(taskBase);
        var runner = taskBase is null ? null : ReadRunner(taskBase);
        var parameters = new ConstructorReader(types, diagnoses).Read(type, taskBase is null ? "InstrumentInit" : "TaskInit");
        if (typeName is null || parameters is null || taskBase is not null && (task is null || runner is null))
            return null;

        var target = runner ?? type;
        var symbols = MethodReader.Find(target).ToList();
        var names = new ProxyNames(type, target, taskBase is not null, types.Compilation, diagnoses);
        var methods = new List<MethodModel>();
        var called = new List<IMethodSymbol>();
        foreach (var symbol in symbols)
        {
            if (new MethodReader(types, diagnoses).Read(symbol, type) is not { } method || !names.Add(method, symbol))
                continue;
            methods.Add(method);
            called.Add(symbol);
        }

        var signals = SignalReader.Find(type)
            .Select(symbol => new SignalReader(types, diagnoses).Read(symbol, type) is { } signal && names.Add(signal, symbol) ? signal : null)
            .OfType<SignalModel>().ToEquatable();
        return new ObjectModel
        {
            Place = PlaceOf(target),
            TypeName = typeName,
            Docs = DocsReader.Read(type, types.CancellationToken),
            Task = task,
            Target = Spelling.Of(target),
            Methods = methods.ToEquatable(),
            Signals = signals,
            Parameters = parameters.Value,
            Interfaces = InterfaceReader.Find(target, called),
        };
    }

    // The proxy shows the methods of the runner, so nobody may see more of it than of the runner.
    private ClassPlace PlaceOf(INamedTypeSymbol target)
    {
        var place = Spelling.PlaceOf(type);
        return Spelling.IsPublic(target) ? place : place with { Accessibility = "internal" };
    }

    private string? ReadTypeName()
    {
        var name = Known.Find(type, Known.TypeNameAttribute) is { ConstructorArguments: [{ Value: string given }] } ? given : WireName.Of(type.Name);
        if (WireName.IsValid(name))
            return name;
        diagnoses.Add(Diagnoses.InvalidName(type.Name, name, type, type));
        return null;
    }

    private TaskModel? ReadTask(INamedTypeSymbol taskBase)
    {
        var settings = ReadRecord(taskBase.TypeArguments[0], "the settings of");
        var status = ReadRecord(taskBase.TypeArguments[1], "the status of");
        if (settings is null || status is null)
            return null;
        var fallback = settings.Key == "Nothing" ? "default" : types.FindRecord(settings)?.DefaultValue;
        return new TaskModel(settings, status, fallback, Known.FindBase(type, "QmiLoopTask", 2) is not null);
    }

    private TypeUse? ReadRecord(ITypeSymbol record, string role)
    {
        var path = $"{role} {type.Name}";
        var bare = record.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
        var isPlain = Primitives.Find(bare) is not (null or { Key: "Nothing" }) || bare is not INamedTypeSymbol named || Collections.Find(named) is not null
            || named.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T || bare.TypeKind is TypeKind.Enum or TypeKind.Interface;
        if (!isPlain)
            return types.Read(bare, path, type);
        diagnoses.Add(Diagnoses.NotRecord(record, path, type));
        return null;
    }

    private INamedTypeSymbol? ReadRunner(INamedTypeSymbol taskBase)
    {
        var (settings, status) = (taskBase.TypeArguments[0], taskBase.TypeArguments[1]);
        if (Known.Find(type, Known.TaskRunnerAttribute) is not { ConstructorArguments: [{ Value: ITypeSymbol given }] })
            return FindRuntimeRunner(taskBase)?.Construct(settings, status);
        if (given.TypeKind == TypeKind.Error)
            return null;
        if (given is not INamedTypeSymbol { IsAbstract: false, IsUnboundGenericType: false } runner
            || Known.FindBase(runner, "QmiTaskRunner", 2) is not { } runnerBase
            || !SymbolEqualityComparer.Default.Equals(runnerBase.TypeArguments[0], settings)
            || !SymbolEqualityComparer.Default.Equals(runnerBase.TypeArguments[1], status))
        {
            diagnoses.Add(Diagnoses.WrongRunner(type, given, Spelling.Say(settings), Spelling.Say(status)));
            return null;
        }

        return RunnerReader.HasConstructor(runner) ? runner : null;
    }

    private static INamedTypeSymbol? FindRuntimeRunner(INamedTypeSymbol taskBase) =>
        taskBase.ContainingNamespace.GetTypeMembers("QmiTaskRunner", 2).FirstOrDefault();
}
