using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Qmi.Edge.Generators;

/// <summary>Reads documentation comments as plain text, for descriptions on the wire and for generated members.</summary>
internal static class DocsReader
{
    private static readonly Regex Space = new(@"\s+", RegexOptions.Compiled);

    public static Docs Read(ISymbol symbol, CancellationToken cancellationToken)
    {
        var docs = ReadOwn(symbol, cancellationToken);
        if (docs.Summary is null && Inherited(symbol) is { } inherited)
            docs = ReadOwn(inherited, cancellationToken);
        return docs.Summary is null && DescriptionOf(symbol) is { } description ? docs with { Summary = description } : docs;
    }

    private static Docs ReadOwn(ISymbol symbol, CancellationToken cancellationToken)
    {
        if (Parse(symbol, cancellationToken) is not { } root)
            return Docs.None;
        var parameters = root.Elements("param").Select(static element => (element.Attribute("name")?.Value ?? "", Text(element) ?? ""));
        return new Docs(Text(root.Element("summary")), Text(root.Element("returns")), parameters.ToEquatable());
    }

    // A build without a documentation file keeps no comments in symbols, but the text is still in the source.
    private static XElement? Parse(ISymbol symbol, CancellationToken cancellationToken)
    {
        var xml = symbol.GetDocumentationCommentXml(cancellationToken: cancellationToken);
        if (string.IsNullOrWhiteSpace(xml))
            xml = FromSource(symbol, cancellationToken);
        if (string.IsNullOrWhiteSpace(xml))
            return null;
        try
        {
            return XElement.Parse($"<doc>{xml}</doc>") is { } root && root.Element("member") is { } member ? member : XElement.Parse($"<doc>{xml}</doc>");
        }
        catch (XmlException)
        {
            // The compiler reports what is wrong with it.
            return null;
        }
    }

    private static string? FromSource(ISymbol symbol, CancellationToken cancellationToken)
    {
        foreach (var reference in symbol.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellationToken) is not MemberDeclarationSyntax declaration)
                continue;
            var lines = declaration.GetLeadingTrivia().ToFullString().Split('\n')
                .Select(static line => line.Trim())
                .Where(static line => line.StartsWith("///", StringComparison.Ordinal))
                .Select(static line => line.Substring(3));
            var text = string.Join("\n", lines);
            if (text.Length > 0)
                return text;
        }

        return null;
    }

    private static ISymbol? Inherited(ISymbol symbol)
    {
        if (symbol is not IMethodSymbol method)
            return null;
        if (method.OverriddenMethod is { } overridden)
            return overridden;
        return method.ContainingType.AllInterfaces
            .SelectMany(type => type.GetMembers(method.Name))
            .FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(method.ContainingType.FindImplementationForInterfaceMember(member), method));
    }

    private static string? DescriptionOf(ISymbol symbol) =>
        Known.Find(symbol, "System.ComponentModel.DescriptionAttribute") is { ConstructorArguments: [{ Value: string text }] } ? text : null;

    private static string? Text(XElement? element)
    {
        if (element is null)
            return null;
        var text = Space.Replace(string.Concat(element.Nodes().Select(TextOf)), " ").Trim();
        return text.Length == 0 ? null : text;
    }

    private static string TextOf(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" or "seealso" or "paramref" or "typeparamref" } reference when !reference.Nodes().Any() => NameIn(reference),
        XElement { Name.LocalName: "para" } paragraph => " " + Text(paragraph) + " ",
        XElement element => Text(element) ?? "",
        _ => "",
    };

    // "M:Cryo.Thermostat.SetSetpoint(System.Double)" is said as "SetSetpoint".
    private static string NameIn(XElement reference)
    {
        var name = (reference.Attribute("cref") ?? reference.Attribute("name") ?? reference.Attribute("langword") ?? reference.Attribute("href"))?.Value ?? "";
        if (reference.Attribute("cref") is null)
            return name;
        var end = name.IndexOfAny(['(', '`', '{', '<']);
        name = end < 0 ? name : name.Substring(0, end);
        return name.Substring(name.LastIndexOfAny(['.', ':']) + 1);
    }
}
