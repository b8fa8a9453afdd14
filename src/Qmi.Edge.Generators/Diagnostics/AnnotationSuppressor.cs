using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Qmi.Edge.Generators;

/// <summary>
/// MinLength, MaxLength, Length and Range(Type, ...) warn of trimming, because the framework would check them by reflection. Here they are
/// read at compile time and nothing ever makes an object of them.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AnnotationSuppressor : DiagnosticSuppressor
{
    private const string Annotations = "System.ComponentModel.DataAnnotations";

    private static readonly SuppressionDescriptor Descriptor = new(
        "QMIES001",
        "IL2026",
        "The attribute is read at compile time; no object of it is made at run time.");

    /// <inheritdoc />
    public override ImmutableArray<SuppressionDescriptor> SupportedSuppressions { get; } = ImmutableArray.Create(Descriptor);

    /// <inheritdoc />
    public override void ReportSuppressions(SuppressionAnalysisContext context)
    {
        foreach (var diagnostic in context.ReportedDiagnostics)
        {
            if (diagnostic.Location is { SourceTree: { } tree } location
                && tree.GetRoot(context.CancellationToken).FindNode(location.SourceSpan).FirstAncestorOrSelf<AttributeSyntax>() is { } attribute
                && context.GetSemanticModel(tree).GetTypeInfo(attribute, context.CancellationToken).Type?.ContainingNamespace.ToDisplayString() == Annotations)
            {
                context.ReportSuppression(Microsoft.CodeAnalysis.Diagnostics.Suppression.Create(Descriptor, diagnostic));
            }
        }
    }
}
