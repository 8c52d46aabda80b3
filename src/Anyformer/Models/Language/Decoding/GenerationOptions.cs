using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Models.Language.Decoding;

/// <summary>How a text is gone on with.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to write.</summary>
    [Description("most tokens to write"), Range(1, 1 << 20)]
    public int MaxTokens { get; init; } = 128;

    /// <summary>What scores are divided by before a token is drawn; 0 takes the most probable token instead.</summary>
    [Description("what scores are divided by before a token is drawn; 0 takes the most probable one"), Range(0.0, 100.0)]
    public double Temperature { get; init; } = 1;

    /// <summary>Only so many of the most probable tokens are drawn from; null for all.</summary>
    [Description("only so many of the most probable tokens are drawn from"), Range(1, int.MaxValue)]
    public int? TopK { get; init; }

    /// <summary>Only the most probable tokens that together have this probability are drawn from (Holtzman et al., ICLR 2020, arXiv 1904.09751).</summary>
    [Description("only the most probable tokens that together have this probability are drawn from"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double TopP { get; init; } = 1;

    /// <summary>What scores of tokens that the text has already are divided by where positive, and multiplied by where negative (CTRL: Keskar et al. 2019, arXiv 1909.05858).</summary>
    [Description("makes tokens that the text has already less probable; 1 for not at all"), Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Decides what is drawn.</summary>
    [Description("decides what is drawn")]
    public long Seed { get; init; }

    /// <summary>Tokens that end a text when they are written.</summary>
    public ValueList<int> EndTokens { get; init; } = [];
}
