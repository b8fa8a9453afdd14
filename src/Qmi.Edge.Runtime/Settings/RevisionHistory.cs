using System.Collections.Immutable;

namespace Qmi.Edge.Runtime;

/// <summary>What the last revisions changed, so that whoever is late can be told what he missed.</summary>
internal sealed class RevisionHistory
{
    /// <summary>How many revisions are remembered.</summary>
    public const int Capacity = 64;

    // A revision that touches more is remembered as one that changed everything.
    private const int MostPaths = 128;

    private static readonly ImmutableArray<string> Everything = [""];

    private readonly ImmutableArray<Change> _changes;

    private RevisionHistory(long floor, ImmutableArray<Change> changes) => (Floor, _changes) = (floor, changes);

    /// <summary>What changed is known of the revisions above this one.</summary>
    public long Floor { get; }

    public IReadOnlyList<Change> All => _changes;

    public static RevisionHistory From(long floor, params IEnumerable<Change> changes) => new(floor, [.. changes]);

    public RevisionHistory With(long revision, IReadOnlyCollection<string> paths)
    {
        var changes = _changes.Add(new Change(revision, paths.Count > MostPaths ? Everything : [.. paths.Distinct()]));
        return changes.Length > Capacity ? new RevisionHistory(changes[0].Revision, changes.RemoveAt(0)) : new RevisionHistory(Floor, changes);
    }

    /// <summary>Without a revision that came to nothing.</summary>
    public RevisionHistory Without(long revision) => new(Floor, _changes.RemoveAll(change => change.Revision == revision));

    /// <summary>The pointers of what the revisions after <paramref name="revision"/> set; null when that is too long ago, or has not been.</summary>
    /// <param name="revision">A revision.</param>
    /// <param name="head">The newest revision that was given.</param>
    public IReadOnlyList<string>? Since(long revision, long head) =>
        revision < Floor || revision > head ? null : [.. _changes.Where(change => change.Revision > revision).SelectMany(change => change.Paths).Distinct()];

    /// <summary>A revision and what it set.</summary>
    public readonly record struct Change(long Revision, ImmutableArray<string> Paths);
}
