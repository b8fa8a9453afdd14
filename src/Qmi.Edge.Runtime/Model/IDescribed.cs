namespace Qmi.Edge.Runtime;

/// <summary>
/// A class of tasks or instruments that the generator has described, or the proxy of one. Generated <c>MakeTask</c> and <c>MakeInstrument</c>
/// methods ask for exactly one such class in their constraint, so that the same call shape gives each class its own parameters and proxy
/// (the class itself, being sealed, cannot be a constraint). Across processes a proxy is asked for by its own type, which knows its class.
/// </summary>
/// <typeparam name="TSelf">The class itself, or the proxy itself.</typeparam>
public interface IDescribed<TSelf>
    where TSelf : IDescribed<TSelf>
{
    /// <summary>What is known about the class before there is any object of it.</summary>
    static abstract ObjectType EdgeType { get; }
}
