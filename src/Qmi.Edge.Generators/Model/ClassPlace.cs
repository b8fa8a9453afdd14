namespace Qmi.Edge.Generators;

/// <summary>Where a type stands and how to write another part of it.</summary>
/// <param name="Namespace">Empty for the global namespace.</param>
/// <param name="Containers">The types around it, outermost first, as headers: <c>partial class Outer</c>.</param>
/// <param name="Header">Its own header: <c>partial class Thermostat</c>.</param>
/// <param name="Name">Its name without type parameters.</param>
/// <param name="FlatName">Its name together with those of the types around it, as one identifier.</param>
/// <param name="CSharp">The name by which code elsewhere refers to it, from <c>global::</c> on.</param>
/// <param name="FullName">The name that people read: <c>Cryo.Thermostat</c>.</param>
/// <param name="Arity">How many type parameters it has.</param>
/// <param name="Accessibility"><c>public</c> or <c>internal</c>: who can use what is made for it.</param>
internal sealed record ClassPlace(
    string Namespace,
    EquatableArray<string> Containers,
    string Header,
    string Name,
    string FlatName,
    string CSharp,
    string FullName,
    int Arity,
    string Accessibility)
{
    /// <summary>What the names of its files begin with; unlike the full name, it is another one for each number of type parameters.</summary>
    public string FileName => Arity == 0 ? FullName : $"{FullName}-{Arity}";

    /// <summary>How another type beside it is referred to.</summary>
    public string Beside(string name) => CSharp.Substring(0, CSharp.LastIndexOf('.') < 0 ? CSharp.LastIndexOf(':') + 1 : CSharp.LastIndexOf('.') + 1) + name;
}
