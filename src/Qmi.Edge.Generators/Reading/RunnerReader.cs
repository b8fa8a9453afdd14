using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Reads task runners: they need the constructor that the box calls.</summary>
internal static class RunnerReader
{
    public static Found Read(INamedTypeSymbol type)
    {
        if (!HasConstructor(type))
            return Found.Nothing with { Diagnoses = new([Diagnoses.WrongRunnerConstructor(type)]) };
        if (HasOwnConstructors(type))
            return Found.Nothing;
        if (Spelling.FirstNotPartial(type) is { } culprit)
            return Found.Nothing with { Diagnoses = new([Diagnoses.NotPartial(type, culprit)]) };
        return Found.Nothing with { Runner = new RunnerPart(Spelling.PlaceOf(type), type.IsAbstract ? "protected" : "public") };
    }

    /// <summary>Whether the runner, and every class that it derives from, has the constructor or gets it from the generator.</summary>
    public static bool HasConstructor(INamedTypeSymbol runner) => Known.Chain(runner)
        .TakeWhile(static part => !Known.IsOfRuntime(part))
        .All(static part => !HasOwnConstructors(part) || part.InstanceConstructors.Any(static constructor =>
            constructor.DeclaredAccessibility != Accessibility.Private && constructor.Parameters is [var only] && Known.IsOurs(only.Type, "TaskRunnerInit")));

    private static bool HasOwnConstructors(INamedTypeSymbol type) => type.InstanceConstructors.Any(static constructor => !constructor.IsImplicitlyDeclared);
}
