using Anyformer.Data.Texts.Tokenization.Models;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Data.Texts.Tokenization;

/// <summary>A tokenizer of whole words, with tokens for padding, unknown words, the beginning and the end.</summary>
internal static class WordTokenizer
{
    private const string Unknown = "<unk>";

    private static readonly string[] s_special = ["<pad>", Unknown, "<s>", "</s>"];

    /// <summary>The words and marks of texts that are frequent enough, the most frequent first.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="leastCount">How often a word must be there.</param>
    /// <param name="mostWords">Most words; null for no limit.</param>
    internal static Tokenizer Of(IEnumerable<string> texts, int leastCount, int? mostWords)
    {
        var words = PatternSplit.Words();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var pieces = new List<TextPiece>();
        foreach (var text in texts)
        {
            pieces.Clear();
            words.Split(TextPiece.Whole(new NormalizedText(text)), pieces);
            foreach (var piece in pieces)
                counts[piece.Span.ToString()] = counts.GetValueOrDefault(piece.Span.ToString()) + 1;
        }

        var frequent = counts.Where(word => word.Value >= leastCount && !s_special.Contains(word.Key))
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal).Take(mostWords ?? int.MaxValue);
        return new Tokenizer(new TokenizerParts
        {
            PreTokenizer = words,
            Model = new WordLevel(new Vocabulary([.. s_special, .. frequent.Select(word => word.Key)]), Unknown),
            AddedTokens = [.. s_special.Index().Select(item => new AddedToken(item.Index, item.Item) { IsSpecial = true })],
        }, new SpecialTokens { Pad = 0, Unknown = 1, Begin = 2, End = 3 });
    }
}
