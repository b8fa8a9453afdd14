namespace Qmi.Edge.Runtime.Tests;

public class RevisionHistoryTests
{
    [Fact]
    public void What_was_set_since_is_known_for_the_last_revisions_and_for_no_older_ones()
    {
        var history = RevisionHistory.From(7);
        for (var revision = 8L; revision <= 7 + RevisionHistory.Capacity; revision++)
            history = history.With(revision, [$"/{revision}"]);
        var head = 7L + RevisionHistory.Capacity;

        Assert.Equal(RevisionHistory.Capacity, history.Since(7, head)!.Count);
        Assert.Null(history.Since(6, head));
        Assert.Empty(history.Since(head, head)!);
        Assert.Null(history.Since(head + 1, head));
        history = history.With(head + 1, ["/new"]);
        Assert.Null(history.Since(7, head + 1));
        Assert.Equal(RevisionHistory.Capacity, history.Since(8, head + 1)!.Count);
    }

    [Fact]
    public void A_pointer_is_named_once_and_what_came_to_nothing_is_not_named()
    {
        var history = RevisionHistory.From(0).With(1, ["/a", "/b"]).With(2, ["/a", "/a"]).With(3, ["/c"]);

        Assert.Equal(["/a", "/b"], history.Without(3).Since(0, 3)!);
        Assert.Equal(["/a", "/c"], history.Since(1, 3)!);
    }

    [Fact]
    public void A_revision_that_sets_very_much_has_set_everything()
    {
        var history = RevisionHistory.From(0).With(1, [.. Enumerable.Range(0, 1000).Select(member => $"/{member}")]);

        Assert.Equal([""], history.Since(0, 1)!);
    }

    [Theory]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/b", true)]
    [InlineData("/a/b", "/a", true)]
    [InlineData("", "/a", true)]
    [InlineData("/a", "/ab", false)]
    [InlineData("/a/b", "/a/c", false)]
    public void Pointers_overlap_when_one_is_inside_of_the_other(string left, string right, bool overlap) => Assert.Equal(overlap, JsonPointer.Overlap(left, right));

    [Theory]
    [InlineData("""{"a":1,"b":null}""", "/a", "/b")]
    [InlineData("""{"a":{"b":1,"c":{"d":[1]}}}""", "/a/b", "/a/c/d")]
    [InlineData("""{"a":{}}""")]
    [InlineData("""{"a/b":1}""", "/a~1b")]
    [InlineData("1", "")]
    public void A_patch_speaks_of_its_deepest_places(string patch, params string[] paths) => Assert.Equal(paths, JsonMerge.PathsOf(CallTests.Json(patch)));
}
