namespace Anyformer.Data.TimeSeries;

/// <summary>Finds what separates the fields of a table.</summary>
internal static class DelimiterDetector
{
    public static readonly char[] Candidates = [',', ';', '\t', '|'];

    /// <summary>
    /// The candidate that occurs in the first line and, as often as there, in the most lines below; of equals the one that occurs most
    /// often. Quoted text does not count. Null when the first line holds none.
    /// </summary>
    public static char? Detect(IReadOnlyList<string> lines)
    {
        char? best = null;
        (int Agreeing, int Count) bestScore = (0, 0);
        foreach (var candidate in Candidates)
        {
            var count = CountOutsideQuotes(lines[0], candidate);
            var score = (lines.Count(line => CountOutsideQuotes(line, candidate) == count), count);
            if (count > 0 && score.CompareTo(bestScore) > 0)
                (best, bestScore) = (candidate, score);
        }
        return best;
    }

    private static int CountOutsideQuotes(string line, char candidate)
    {
        var (count, quoted) = (0, false);
        foreach (var character in line)
            if (character == '"')
                quoted = !quoted;
            else if (character == candidate && !quoted)
                count++;
        return count;
    }
}
