using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Data.Texts.Tokenization.Training;

/// <summary>How a vocabulary is found in texts.</summary>
public sealed record TokenizerTrainingOptions
{
    /// <summary>Tokens of the vocabulary at most, special ones included; fewer when the texts have no more.</summary>
    [Description("tokens of the vocabulary at most, special ones included"), Range(2, 1 << 24)]
    public int Vocabulary { get; init; } = 8000;

    /// <summary>A pair of tokens becomes one only when it occurs so often.</summary>
    [Description("a pair of tokens becomes one only when it occurs so often"), Range(1, 1 << 30)]
    public int MinFrequency { get; init; } = 2;

    /// <summary>Tokens that stand for no text, which have the first ids.</summary>
    [Description("tokens that stand for no text, with the first ids")]
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];
}
