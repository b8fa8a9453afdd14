using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Qmi.Edge.Generators;

/// <summary>A place in a source file that can be compared, unlike <see cref="Location"/>, which holds the whole syntax tree.</summary>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public Location ToLocation() => Location.Create(Path, Span, Lines);

    /// <summary>The first place in source of the symbols that has one.</summary>
    public static Place? Of(params ISymbol?[] symbols) => symbols
        .SelectMany(static symbol => symbol?.Locations ?? ImmutableArray<Location>.Empty)
        .Where(static location => location.IsInSource)
        .Select(Of)
        .FirstOrDefault();

    public static Place? Of(Location location) => new(location.SourceTree?.FilePath ?? "", location.SourceSpan, location.GetLineSpan().Span);
}
