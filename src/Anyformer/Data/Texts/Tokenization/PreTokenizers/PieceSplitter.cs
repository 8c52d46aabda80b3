using Anyformer.Data.Texts.Tokenization.Patterns;

namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>Splits pieces where a pattern is found.</summary>
internal static class PieceSplitter
{
    /// <summary>Adds the parts of a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="pattern">What to look for.</param>
    /// <param name="behavior">What becomes of it.</param>
    /// <param name="pieces">Where parts go.</param>
    /// <param name="invert">True to take what lies between for what is found.</param>
    internal static void Split(TextPiece piece, TextPattern pattern, SplitBehavior behavior, List<TextPiece> pieces, bool invert = false)
    {
        var parts = Parts(pattern.Find(piece.Span), piece.Length, invert);
        switch (behavior)
        {
            case SplitBehavior.Removed:
                parts.RemoveAll(part => part.IsMatch);
                break;
            case SplitBehavior.Contiguous:
                Join(parts, static (left, right) => left.IsMatch == right.IsMatch);
                break;
            case SplitBehavior.MergedWithPrevious:
                Join(parts, static (left, right) => right.IsMatch && !left.IsMatch);
                break;
            case SplitBehavior.MergedWithNext:
                parts.Reverse();
                Join(parts, static (later, earlier) => earlier.IsMatch && !later.IsMatch);
                parts.Reverse();
                break;
        }

        foreach (var (range, _) in parts)
            pieces.Add(piece.Part(range.Start, range.Length));
    }

    /// <summary>The whole text in parts, those that were found and those between.</summary>
    private static List<(TextRange Range, bool IsMatch)> Parts(List<TextRange> matches, int length, bool invert)
    {
        var parts = new List<(TextRange Range, bool IsMatch)>(2 * matches.Count + 1);
        var end = 0;
        foreach (var match in matches)
        {
            if (match.Start > end)
                parts.Add((new TextRange(end, match.Start), invert));
            if (match.Length > 0)
                parts.Add((match, !invert));
            end = match.End;
        }

        if (length > end)
            parts.Add((new TextRange(end, length), invert));
        return parts;
    }

    /// <summary>Joins a part to the one before it, where the two as they were found say so.</summary>
    private static void Join(List<(TextRange Range, bool IsMatch)> parts, Func<(TextRange Range, bool IsMatch), (TextRange Range, bool IsMatch), bool> joins)
    {
        var joined = new List<(TextRange Range, bool IsMatch)>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0 && joins(parts[i - 1], parts[i]))
                joined[^1] = (Cover(joined[^1].Range, parts[i].Range), false);
            else
                joined.Add(parts[i]);
        }

        parts.Clear();
        parts.AddRange(joined);
    }

    private static TextRange Cover(TextRange a, TextRange b) => new(Math.Min(a.Start, b.Start), Math.Max(a.End, b.End));
}
