using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Data.Texts;

/// <summary>A text as token ids, in parts to learn from and to validate.</summary>
public sealed record TextData
{
    /// <summary>Where it comes from, for reports.</summary>
    public required string Source { get; init; }

    /// <summary>What the ids stand for.</summary>
    public required Tokenizer Tokenizer { get; init; }

    /// <summary>Tokens that a model sees at once.</summary>
    public required int Tokens { get; init; }

    /// <summary>The token before and behind every document; null where the text is one, whose windows know nothing of documents.</summary>
    public int? DocumentEnd { get; init; }

    /// <summary>Token ids to learn from.</summary>
    public required int[] Train { get; init; }

    /// <summary>Token ids that the result is measured on.</summary>
    public required int[] Validation { get; init; }

    /// <summary>Bytes of the validation text in UTF-8, by which its loss is divided to compare vocabularies.</summary>
    public required long ValidationBytes { get; init; }
}
