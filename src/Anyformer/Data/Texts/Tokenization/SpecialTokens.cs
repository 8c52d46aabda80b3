namespace Anyformer.Data.Texts.Tokenization;

/// <summary>The ids of the tokens that stand for no text, by what they are for; null where a tokenizer has none.</summary>
public sealed record SpecialTokens
{
    /// <summary>Fills up what is shorter than its batch.</summary>
    public int? Pad { get; init; }

    /// <summary>Stands for what the vocabulary lacks.</summary>
    public int? Unknown { get; init; }

    /// <summary>Begins a text.</summary>
    public int? Begin { get; init; }

    /// <summary>Ends a text.</summary>
    public int? End { get; init; }

    /// <summary>Stands where a token is hidden from the model.</summary>
    public int? Mask { get; init; }

    /// <summary>Parts two texts.</summary>
    public int? Separator { get; init; }

    /// <summary>The token whose state stands for the whole text.</summary>
    public int? Class { get; init; }
}
