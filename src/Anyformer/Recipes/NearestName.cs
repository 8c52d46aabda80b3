namespace Anyformer.Recipes;

/// <summary>Finds the name that a misspelt one was probably meant to be.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate with the smallest edit distance to <paramref name="name"/>, the first one of equals; null when every one
    /// is too far away to be a misspelling: more than two edits, and more than a third of the name.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var nearest = candidates.MinBy(candidate => Distance(name, candidate));
        return nearest is not null && Distance(name, nearest) <= Math.Max(2, name.Length / 3) ? nearest : null;
    }

    /// <summary>The rest of a sentence that says a name is unknown: what was probably meant, or everything that it may be.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> candidates) =>
        Find(name, candidates) is { } near ? $"did you mean '{near}'?" : $"expected one of {string.Join(", ", candidates)}.";

    /// <summary>
    /// The edits that turn one word into the other: an inserted, deleted or replaced character, or two neighbours swapped
    /// (the optimal string alignment distance).
    /// </summary>
    public static int Distance(string first, string second)
    {
        var (beforeLast, row) = (new int[second.Length + 1], new int[second.Length + 1]);
        var last = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var replaced = last[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, row) = (last, row, beforeLast);
        }
        return last[second.Length];
    }
}
