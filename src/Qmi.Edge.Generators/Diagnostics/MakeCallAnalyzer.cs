using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Qmi.Edge.Generators;

/// <summary>
/// Explains a call of <c>MakeTask&lt;T&gt;</c> or <c>MakeInstrument&lt;T&gt;</c> with wrong arguments. Where they happen to fit another
/// class, the compiler speaks of that class and its constraint, which helps nobody; here stands what T itself wants.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MakeCallAnalyzer : DiagnosticAnalyzer
{
    private static readonly SymbolDisplayFormat Parameter = SymbolDisplayFormat.MinimallyQualifiedFormat
        .WithParameterOptions(SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue);

    /// <inheritdoc />
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptors.WrongMakeCall);

    /// <inheritdoc />
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterSyntaxNodeAction(Analyze, SyntaxKind.InvocationExpression);
    }

    private static void Analyze(SyntaxNodeAnalysisContext context)
    {
        var invocation = (InvocationExpressionSyntax)context.Node;
        if (invocation.Expression is not MemberAccessExpressionSyntax { Name: GenericNameSyntax { Identifier.ValueText: "MakeTask" or "MakeInstrument", TypeArgumentList.Arguments: [var argument] } name })
            return;
        if (context.SemanticModel.GetTypeInfo(argument, context.CancellationToken).Type is not INamedTypeSymbol type || FindMaking(type) is not { } method)
            return;
        var called = context.SemanticModel.GetSymbolInfo(invocation, context.CancellationToken).Symbol as IMethodSymbol;
        if (SymbolEqualityComparer.Default.Equals(called?.ContainingType, method.ContainingType))
            return;
        var parameters = string.Join(", ", method.Parameters.Skip(1).Select(static parameter => parameter.ToDisplayString(Parameter)));
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.WrongMakeCall,
            name.GetLocation(),
            $"{type.Name} is made by {method.Name}<{type.Name}>({parameters}): give these arguments, whatever the compiler says of other classes."));
    }

    /// <summary>The generated method that makes objects of the class.</summary>
    private static IMethodSymbol? FindMaking(INamedTypeSymbol type) => type.ContainingNamespace
        .GetTypeMembers(Spelling.PlaceOf(type).FlatName + "Making")
        .SelectMany(static making => making.GetMembers().OfType<IMethodSymbol>())
        .FirstOrDefault(static method => method.IsExtensionMethod && method.Name is "MakeTask" or "MakeInstrument");
}
