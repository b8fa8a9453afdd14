namespace Qmi.Edge.Runtime;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>The known names nearest to <paramref name="name"/>, best first; empty when nothing is near.</summary>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> known, int most = 3)
    {
        var reach = Math.Max(1, name.Length / 3);
        return [.. known
            .Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            // A name of which no letter stays is no typing error.
            .Where(candidate => (candidate.Distance <= reach && candidate.Distance < name.Length) || BeginsAlike(name, candidate.Name, reach) || (name.Length >= 3 && candidate.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))
            // Of equals, the one that was typed as far as it goes: people leave off ends.
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => !candidate.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Take(most).Select(candidate => candidate.Name)];
    }

    /// <summary>A hint to append to an error message: <c> (did you mean "setpoint"?)</c>, or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> known) =>
        Find(name, known, 1) is [var nearest] ? $" (did you mean \"{nearest}\"?)" : "";

    // "boud" for "baudrate": the beginning is mistyped, the rest left out. Of three letters too many names begin like them.
    private static bool BeginsAlike(string name, string candidate, int reach) =>
        name.Length >= 4 && candidate.Length > name.Length && Distance(name, candidate[..name.Length]) <= reach;

    // Optimal string alignment: a swap of two neighbours, the commonest typing error, counts as one.
    private static int Distance(string left, string right)
    {
        // Nobody types a name that long; the bound keeps a hostile one cheap.
        if (left.Length > 128 || right.Length > 128)
            return int.MaxValue;
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[left.Length, right.Length];
    }
}
