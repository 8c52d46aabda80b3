namespace Anyformer.Data.Texts.Tokenization;

/// <summary>A text, or a pair of texts, as tokens: everything that a model and a reader want to know of them, token by token.</summary>
public sealed class EncodedText
{
    private readonly EncodedToken[] _tokens;

    internal EncodedText(EncodedToken[] tokens) => _tokens = tokens;

    /// <summary>How many tokens there are.</summary>
    public int Count => _tokens.Length;

    /// <summary>The ids.</summary>
    public int[] Ids => Of(token => token.Id);

    /// <summary>What the tokens are called in the vocabulary.</summary>
    public string[] Tokens => Of(token => token.Text);

    /// <summary>What they stand for in the original text, in Unicode code points; 0..0 for tokens that were added.</summary>
    public TextRange[] Offsets => Of(token => token.Range);

    /// <summary>What they stand for in the original text, in UTF-16 code units, the indices of a <see cref="string"/>.</summary>
    public TextRange[] Utf16Offsets => Of(token => token.Utf16Range);

    /// <summary>Which text of a pair they belong to, as the model is to see it.</summary>
    public int[] TypeIds => Of(token => token.TypeId);

    /// <summary>1 for tokens, 0 for padding.</summary>
    public int[] AttentionMask => Of(token => token.IsPadding ? 0 : 1);

    /// <summary>1 for tokens that were added around the text, padding included, 0 for those of the text.</summary>
    public int[] SpecialTokensMask => Of(token => token.IsAdded ? 1 : 0);

    /// <summary>The same, filled up; unchanged when it is long enough.</summary>
    internal EncodedText Pad(Padding padding, int length, string text)
    {
        if (length <= Count)
            return this;
        var fill = Enumerable.Repeat(EncodedToken.Added(padding.Id, text, padding.TypeId) with { IsPadding = true }, length - Count);
        return new EncodedText(padding.Side == TextSide.Right ? [.. _tokens, .. fill] : [.. fill, .. _tokens]);
    }

    private T[] Of<T>(Converter<EncodedToken, T> property) => Array.ConvertAll(_tokens, property);
}
