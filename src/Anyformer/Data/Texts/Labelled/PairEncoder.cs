using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Data.Texts.Labelled;

/// <summary>
/// Texts and pairs of texts as a model takes them: with the tokens around them that the tokenizer has for that, and cut to what the model takes, of a pair
/// the longer one first. A tokenizer that puts nothing around pairs gets its separator, or its token of the end, between the two.
/// </summary>
/// <param name="tokenizer">What makes tokens.</param>
/// <param name="tokens">Most tokens of a text, those around it included.</param>
public sealed class PairEncoder(Tokenizer tokenizer, int tokens)
{
    private readonly EncodingOptions _options = new() { Truncation = new Truncation(tokens) };

    /// <summary>The ids of a text or a pair, and which of the two each token belongs to.</summary>
    /// <param name="text">The text, or the first of a pair.</param>
    /// <param name="pair">The second of a pair; null for one text.</param>
    /// <exception cref="UserException">The text has what the vocabulary lacks, or the tokenizer has no token to part two texts.</exception>
    public (int[] Ids, int[] Types) Encode(string text, string? pair = null)
    {
        if (pair is not null && (tokenizer.Parts.PostProcessor?.Added(true) ?? 0) == 0)
            return Parted(tokenizer.EncodeIds(text), tokenizer.EncodeIds(pair));
        var encoded = tokenizer.Encode(text, pair, _options);
        return encoded.Count > 0 ? (encoded.Ids, encoded.TypeIds) : ([Stand], [0]);
    }

    /// <summary>What stands for a text without any token.</summary>
    private int Stand => tokenizer.Special.Unknown ?? tokenizer.Special.End ?? tokenizer.Special.Pad
        ?? throw new UserException("A text is empty, and the tokenizer has no token that could stand for it; expected at least one character.");

    private (int[] Ids, int[] Types) Parted(int[] first, int[] second)
    {
        var separator = tokenizer.Special.Separator ?? tokenizer.Special.End
            ?? throw new UserException("A pair of texts needs a tokenizer with a token that parts them; choose wordpiece, words or bpe, or one that has it.");
        var (firsts, seconds) = _options.Truncation!.Share(first.Length, second.Length, added: 1);
        return ([.. first[..firsts], separator, .. second[..seconds]], [.. new int[firsts + 1], .. Enumerable.Repeat(1, seconds)]);
    }
}
