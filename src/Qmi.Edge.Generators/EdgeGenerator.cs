using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Qmi.Edge.Generators;

/// <summary>
/// Describes tasks, instruments and records at compile time: RPC tables, typed proxies, JSON and schemas. Symbols are read into models
/// that can be compared (Reading), and models are written as text (Emitting); what did not change is not written again.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class EdgeGenerator : IIncrementalGenerator
{
    /// <inheritdoc />
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var syntax = context.SyntaxProvider;
        var classes = syntax.CreateSyntaxProvider(static (node, _) => ObjectReader.IsCandidate(node), ObjectReader.Read).WithTrackingName(TrackingNames.Classes);
        var records = syntax.ForAttributeWithMetadataName(Known.JsonRecordAttribute, static (node, _) => node is TypeDeclarationSyntax, JsonRecordReader.Read).WithTrackingName(TrackingNames.Records);
        var methods = syntax.ForAttributeWithMetadataName(Known.RpcMethodAttribute, static (node, _) => node is MethodDeclarationSyntax, MarkedMemberReader.ReadMethod).WithTrackingName(TrackingNames.Methods);
        var signals = syntax.ForAttributeWithMetadataName(Known.SignalAttribute, static (node, _) => node is PropertyDeclarationSyntax, MarkedMemberReader.ReadSignal).WithTrackingName(TrackingNames.Signals);

        EmitObjects(context, classes);
        Emit(context, classes, static found => found.Signals, SignalsFile.NameOf, SignalsFile.Write, TrackingNames.SignalParts);
        Emit(context, classes, static found => found.Runner, RunnerFile.NameOf, RunnerFile.Write, TrackingNames.Runners);
        Emit(context, records, static found => found.JsonRecord, JsonRecordFile.NameOf, JsonRecordFile.Write, TrackingNames.JsonRecords);
        EmitJson(context, classes, records);
        Report(context, classes, records, methods, signals);
    }

    private static void EmitObjects(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<Found> classes)
    {
        var objects = Select(classes, static found => found.Object, TrackingNames.Objects);
        context.RegisterSourceOutput(objects, static (output, model) =>
        {
            Add(output, DescriptionFile.NameOf(model), DescriptionFile.Write(model));
            Add(output, ProxyFile.NameOf(model), ProxyFile.Write(model));
            Add(output, MakingFile.NameOf(model), MakingFile.Write(model));
        });
    }

    private static void Emit<TModel>(
        IncrementalGeneratorInitializationContext context,
        IncrementalValuesProvider<Found> found,
        Func<Found, TModel?> select,
        Func<TModel, string> nameOf,
        Func<TModel, string> write,
        string step)
        where TModel : class =>
        context.RegisterSourceOutput(Select(found, select, step), (output, model) => Add(output, nameOf(model), write(model)));

    // A type may be needed by several classes: it is written once.
    private static void EmitJson(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<Found> classes, IncrementalValuesProvider<Found> records)
    {
        var types = Select(classes, static found => found.Types.Count > 0 ? (object)found.Types : null, TrackingNames.Json).Collect()
            .Combine(Select(records, static found => found.Types.Count > 0 ? (object)found.Types : null, TrackingNames.Json).Collect())
            .Select(static (both, _) => both.Left.Concat(both.Right).SelectMany(static types => (EquatableArray<DataTypeModel>)types).GroupBy(static type => type.Key).Select(static same => same.First()).ToEquatable())
            .WithTrackingName(TrackingNames.Json);
        var assembly = context.CompilationProvider.Select(static (compilation, _) => compilation.AssemblyName);
        context.RegisterSourceOutput(types.Combine(assembly), static (output, input) =>
        {
            if (input.Left.Count > 0)
                Add(output, JsonFile.Name, JsonFile.Write(input.Right, input.Left));
        });
    }

    // The same mistake is seen from several sides, for example from a runner and from each of its tasks: it is told once.
    private static void Report(IncrementalGeneratorInitializationContext context, params IncrementalValuesProvider<Found>[] sources)
    {
        var diagnoses = sources
            .Select(static source => source.SelectMany(static (found, _) => found.Diagnoses).Collect())
            .Aggregate(static (left, right) => left.Combine(right).Select(static (both, _) => both.Left.AddRange(both.Right)))
            .Select(static (all, _) => all.Distinct().ToEquatable())
            .WithTrackingName(TrackingNames.Diagnoses);
        context.RegisterSourceOutput(diagnoses, static (output, all) =>
        {
            foreach (var diagnosis in all)
                output.ReportDiagnostic(diagnosis.ToDiagnostic());
        });
    }

    private static IncrementalValuesProvider<TModel> Select<TModel>(IncrementalValuesProvider<Found> found, Func<Found, TModel?> select, string step)
        where TModel : class =>
        found.Select((one, _) => select(one)).Where(static model => model is not null).Select(static (model, _) => model!).WithTrackingName(step);

    private static void Add(SourceProductionContext output, string name, string text) => output.AddSource(name, SourceText.From(text, Encoding.UTF8));
}
