using Anyformer.Attention;
using Anyformer.Attention.LearnablePatterns;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;

namespace Anyformer.Models.Language;

/// <summary>The two branches of a reversible Reformer block, each with its normalisation inside.</summary>
internal sealed class ReformerBlock : Module
{
    internal ReformerBlock(ReformerOptions options, ReformerAttention attention)
    {
        var inner = options.Heads * options.HeadWidth;
        AttentionNorm = new LayerNorm(options.Width, options.NormEpsilon);
        Heads = attention == ReformerAttention.Lsh
            ? new LshHeads(new TokenMixerShape(options.MostTokens, options.Width, options.Heads, options.LshDropout, inner), options.Lsh)
            : new ReformerLocalHeads(new TokenMixerShape(options.MostTokens, options.Width, options.Heads, options.LocalDropout, inner), options.Local);
        AttentionOutput = new Linear(inner, options.Width, bias: false);
        FeedForwardNorm = new LayerNorm(options.Width, options.NormEpsilon);
        FeedForward = new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout);
        Dropout = new Dropout(options.Dropout);
    }

    private LayerNorm AttentionNorm { get; }

    private ReformerHeads Heads { get; }

    private Linear AttentionOutput { get; }

    private LayerNorm FeedForwardNorm { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private Dropout Dropout { get; }

    /// <summary>The attention branch, then the feed-forward branch.</summary>
    internal IEnumerable<ReversibleBranch> Branches(AttentionMask? mask)
    {
        yield return new ReversibleBranch(
            tokens => Dropout.Call(AttentionOutput.Call(Heads.Call(AttentionNorm.Call(tokens), mask))),
            [.. AttentionNorm.Parameters(), .. Heads.Parameters(), .. AttentionOutput.Parameters()]);
        yield return new ReversibleBranch(
            tokens => Dropout.Call(FeedForward.Call(FeedForwardNorm.Call(tokens))),
            [.. FeedForwardNorm.Parameters(), .. FeedForward.Parameters()]);
    }
}
