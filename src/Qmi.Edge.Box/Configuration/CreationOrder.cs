namespace Qmi.Edge.Box;

/// <summary>Puts objects into the order in which they can be made: what is referred to comes first, otherwise the order of the file stays.</summary>
internal static class CreationOrder
{
    /// <summary>The objects in order, and each circle of references, as the names along it.</summary>
    public static (IReadOnlyList<string> Ordered, IReadOnlyList<IReadOnlyList<string>> Circles) Of(IReadOnlyList<string> names, Func<string, IEnumerable<string>> referencesOf)
    {
        var (ordered, circles) = (new List<string>(), new List<IReadOnlyList<string>>());
        var (done, way) = (new HashSet<string>(), new List<string>());

        void Visit(string name)
        {
            if (way.IndexOf(name) is >= 0 and var begin)
            {
                circles.Add([.. way.Skip(begin)]);
                return;
            }

            if (done.Contains(name))
                return;
            way.Add(name);
            foreach (var reference in referencesOf(name).Where(names.Contains))
                Visit(reference);
            way.RemoveAt(way.Count - 1);
            if (done.Add(name))
                ordered.Add(name);
        }

        foreach (var name in names)
            Visit(name);
        return (ordered, circles);
    }
}
