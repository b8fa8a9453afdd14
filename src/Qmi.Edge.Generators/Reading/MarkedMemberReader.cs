using Microsoft.CodeAnalysis;

namespace Qmi.Edge.Generators;

/// <summary>Looks at every member that is marked, also where no task or instrument brings it to light.</summary>
internal static class MarkedMemberReader
{
    public static Found ReadMethod(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        var method = (IMethodSymbol)context.TargetSymbol;
        var type = method.ContainingType;
        var diagnoses = new List<Diagnosis>();
        if (Known.FindBase(type, "QmiInstrument") is null && Known.FindBase(type, "QmiTaskRunner", 2) is null)
            diagnoses.Add(Diagnoses.Misplaced(method, Known.FindBase(type, "QmiTask", 2) is not null));
        else if (type.IsGenericType)
            new MethodReader(new TypeReader(context.SemanticModel.Compilation, diagnoses, cancellationToken), diagnoses).HasRightShape(method, method);
        else
            new MethodReader(new TypeReader(context.SemanticModel.Compilation, diagnoses, cancellationToken), diagnoses).Read(method, method);
        return Found.Nothing with { Diagnoses = diagnoses.ToEquatable() };
    }

    public static Found ReadSignal(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        var property = (IPropertySymbol)context.TargetSymbol;
        return SignalReader.WhatIsWrong(property) is { } reason
            ? Found.Nothing with { Diagnoses = new([Diagnoses.WrongSignal(property, reason)]) }
            : Found.Nothing;
    }
}
