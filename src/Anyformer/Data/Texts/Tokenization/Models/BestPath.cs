using System.Text;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>
/// Of all ways to part a text into pieces the most probable, the largest sum of scores, found from left to right (Viterbi). Of equally probable ways to a
/// place the one is kept that was found first, whose last piece is the longest.
/// </summary>
/// <param name="pieces">The pieces.</param>
/// <param name="scores">Their scores by id.</param>
/// <param name="unknown">The id of a character that is no piece; null to refuse it.</param>
/// <param name="unknownScore">Its score.</param>
/// <param name="single">True to keep sums in single precision, as SentencePiece does: it decides between ways that are almost equally probable.</param>
internal sealed class BestPath(PieceTrie pieces, double[] scores, int? unknown, double unknownScore, bool single)
{
    /// <summary>How much less probable an unknown character is than any piece.</summary>
    internal const double UnknownPenalty = 10;

    /// <summary>The pieces of a text.</summary>
    /// <exception cref="UserException">It has an unknown character, and there is no piece for it.</exception>
    internal List<WordToken> Find(ReadOnlySpan<char> text)
    {
        var best = BestEndings(text);
        var path = new List<WordToken>();
        for (var end = text.Length; end > 0; end = best[end].Start)
            path.Add(new WordToken(best[end].Id, best[end].Start, end - best[end].Start));
        path.Reverse();
        return path;
    }

    /// <summary>For every place the last piece of the most probable way to it.</summary>
    private (int Start, int Id)[] BestEndings(ReadOnlySpan<char> text)
    {
        var best = new (int Start, int Id)[text.Length + 1];
        var totals = new double[text.Length + 1];
        Array.Fill(totals, double.NegativeInfinity, 1, text.Length);
        for (var (start, width) = (0, 0); start < text.Length; start += width)
        {
            Rune.DecodeFromUtf16(text[start..], out _, out width);
            var isKnown = false;
            for (var prefixes = pieces.PrefixesOf(text[start..]); prefixes.MoveNext();)
            {
                isKnown |= prefixes.Length == width;
                Offer(start, prefixes.Length, prefixes.Value, scores[prefixes.Value]);
            }

            if (!isKnown)
                Offer(start, width, unknown ?? throw UnknownCharacter(text.Slice(start, width)), unknownScore);
        }

        return best;

        void Offer(int start, int length, int id, double score)
        {
            var (end, total) = (start + length, totals[start] + score);
            if (total > totals[end])
                (best[end], totals[end]) = ((start, id), single ? (float)total : total);
        }
    }

    private static string CodePoint(ReadOnlySpan<char> character)
    {
        Rune.DecodeFromUtf16(character, out var found, out _);
        return $"U+{found.Value:X4}";
    }

    private UserException UnknownCharacter(ReadOnlySpan<char> character) =>
        new($"The text has the character {CodePoint(character)}, which none of the {scores.Length} tokens has, and there is no token for what is unknown.");
}
