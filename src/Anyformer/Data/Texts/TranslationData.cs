using Anyformer.Data.Texts.Tokenization;

namespace Anyformer.Data.Texts;

/// <summary>A text and what it means in another language.</summary>
/// <param name="From">The text.</param>
/// <param name="To">Its translation.</param>
/// <param name="FromIds">The tokens of the text.</param>
/// <param name="ToIds">The tokens of its translation.</param>
public sealed record TranslatedText(string From, string To, int[] FromIds, int[] ToIds)
{
    /// <summary>The tokens of the longer one.</summary>
    public int Length => Math.Max(FromIds.Length, ToIds.Length);
}

/// <summary>Texts with their translations, in parts to learn from, to validate and to test.</summary>
public sealed record TranslationData
{
    /// <summary>Where they come from, for reports.</summary>
    public required string Source { get; init; }

    /// <summary>What the ids of texts stand for; it has tokens for padding and for the end.</summary>
    public required Tokenizer From { get; init; }

    /// <summary>What the ids of translations stand for; it has tokens for padding, the beginning and the end.</summary>
    public required Tokenizer To { get; init; }

    /// <summary>Most tokens of a text, without those of beginning and end.</summary>
    public required int Tokens { get; init; }

    /// <summary>What is learnt from; texts longer than <see cref="Tokens"/> are left out.</summary>
    public required IReadOnlyList<TranslatedText> Train { get; init; }

    /// <summary>What decides which weights are best; longer texts are left out.</summary>
    public required IReadOnlyList<TranslatedText> Validation { get; init; }

    /// <summary>What the result is measured on; longer texts are cut off, and measured all the same.</summary>
    public required IReadOnlyList<TranslatedText> Test { get; init; }

    /// <summary>Texts to learn from that were left out because they are too long.</summary>
    public required int LeftOut { get; init; }
}
