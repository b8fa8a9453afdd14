using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Keeps the names of an object apart: on the wire, and as members of its proxy.</summary>
internal sealed class ProxyNames
{
    /// <summary>The class in the proxy that holds the calls.</summary>
    public const string Calls = "Calls";

    private readonly INamedTypeSymbol _type;
    private readonly List<Diagnosis> _diagnoses;
    private readonly Dictionary<string, string> _methods;
    private readonly Dictionary<string, string> _signals;
    private readonly HashSet<string> _members;

    public ProxyNames(INamedTypeSymbol type, INamedTypeSymbol target, bool isTask, Compilation compilation, List<Diagnosis> diagnoses)
    {
        (_type, _diagnoses) = (type, diagnoses);
        _methods = (isTask ? BuiltInNames.TaskMethods : BuiltInNames.InstrumentMethods).ToDictionary(static name => name, static _ => "a method that every object of this kind has");
        _signals = (isTask ? BuiltInNames.TaskSignals : BuiltInNames.InstrumentSignals).ToDictionary(static name => name, static _ => "a signal that every task has");
        var proxy = compilation.GetTypeByMetadataName(isTask ? Known.Runtime + ".TaskProxy`2" : Known.Runtime + ".InstrumentProxy");
        _members = [.. proxy is null ? [] : Known.Chain(proxy).SelectMany(static part => part.MemberNames), Calls, ProxyOf(type)];
    }

    public bool Add(MethodModel method, IMethodSymbol symbol)
    {
        if (_methods.TryGetValue(method.Wire, out var other))
        {
            _diagnoses.Add(Diagnoses.NameTaken($"{symbol.ContainingType.Name}.{symbol.Name}", method.Wire, other, _type, symbol));
            return false;
        }

        _methods.Add(method.Wire, symbol.Name);
        return AddMember(method.Name, symbol) && AddMember(method.Name + "Async", symbol);
    }

    public bool Add(SignalModel signal, IPropertySymbol symbol)
    {
        if (_signals.TryGetValue(signal.Wire, out var other))
        {
            _diagnoses.Add(Diagnoses.NameTaken($"{symbol.ContainingType.Name}.{symbol.Name}", signal.Wire, other, _type, symbol));
            return false;
        }

        _signals.Add(signal.Wire, symbol.Name);
        return AddMember(signal.Name, symbol);
    }

    private static string ProxyOf(INamedTypeSymbol type) => type.Name + "Proxy";

    private bool AddMember(string name, ISymbol symbol)
    {
        if (_members.Add(name))
            return true;
        _diagnoses.Add(Diagnoses.HidesProxyMember($"{symbol.ContainingType.Name}.{symbol.Name}", name, ProxyOf(_type), symbol, _type));
        return false;
    }
}
