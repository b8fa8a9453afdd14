using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Qmi.Edge.Generators;

/// <summary>Reads classes of tasks, instruments and task runners.</summary>
internal static class ObjectReader
{
    /// <summary>What can be told without looking at types: a class that derives from something.</summary>
    public static bool IsCandidate(SyntaxNode node) => node is ClassDeclarationSyntax { BaseList.Types.Count: > 0 };

    public static Found Read(GeneratorSyntaxContext context, CancellationToken cancellationToken)
    {
        var declaration = (ClassDeclarationSyntax)context.Node;
        if (context.SemanticModel.GetDeclaredSymbol(declaration, cancellationToken) is not INamedTypeSymbol type || !IsFirst(type, declaration, cancellationToken))
            return Found.Nothing;
        if (Known.FindBase(type, "QmiTaskRunner", 2) is not null)
            return RunnerReader.Read(type);
        var task = Known.FindBase(type, "QmiTask", 2);
        if (task is null && Known.FindBase(type, "QmiInstrument") is null)
            return Found.Nothing;
        return Read(type, task, context.SemanticModel.Compilation, cancellationToken);
    }

    private static Found Read(INamedTypeSymbol type, INamedTypeSymbol? task, Compilation compilation, CancellationToken cancellationToken)
    {
        var diagnoses = new List<Diagnosis>();
        var found = new Found { Signals = SignalReader.ReadPart(type) };
        if (type.IsAbstract && found.Signals is null)
            return Found.Nothing;
        if (Spelling.FirstNotPartial(type) is { } culprit)
            return Found.Nothing with { Diagnoses = new([Diagnoses.NotPartial(type, culprit)]) };
        if (type.IsAbstract)
            return found;

        var types = new TypeReader(compilation, diagnoses, cancellationToken);
        var model = IsDescribable(type, diagnoses) ? new DescriptionReader(type, types, diagnoses).Read(task) : null;
        return found with { Object = model, Types = model is null ? default : types.Types, Diagnoses = diagnoses.ToEquatable() };
    }

    private static bool IsDescribable(INamedTypeSymbol type, List<Diagnosis> diagnoses)
    {
        if (Known.Chain(type).Skip(1).FirstOrDefault(static part => !part.IsAbstract && !Known.IsOfRuntime(part) && part.SpecialType == SpecialType.None) is { } concrete)
            diagnoses.Add(Diagnoses.ConcreteBase(type, concrete));
        else if (type.IsGenericType || type.ContainingType?.IsGenericType == true)
            diagnoses.Add(Diagnoses.Generic(type));
        else if (!Spelling.IsAccessible(type))
            diagnoses.Add(Diagnoses.NotAccessible(type));
        return diagnoses.Count == 0;
    }

    // A class of several parts is read once: where the first part that names a base stands.
    private static bool IsFirst(INamedTypeSymbol type, ClassDeclarationSyntax declaration, CancellationToken cancellationToken) =>
        type.DeclaringSyntaxReferences.Length == 1
        || type.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellationToken)).FirstOrDefault(IsCandidate) == declaration;
}
