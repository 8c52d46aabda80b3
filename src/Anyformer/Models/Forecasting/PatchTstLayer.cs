using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// A block of <see cref="PatchTst"/>: attention with residual scores and a feed-forward part. Its pre-norm is the authors' own: the skip
/// connection too starts after the normalisation.
/// </summary>
internal sealed class PatchTstLayer : Module
{
    private readonly bool _preNorm;

    internal PatchTstLayer(PatchTstOptions options)
    {
        _preNorm = options.PreNorm;
        var share = options.Width / options.Heads;
        var (keyWidth, valueWidth) = (options.KeyWidth ?? share, options.ValueWidth ?? share);
        var function = options.Attention.Build(new AttentionShape(options.Heads, keyWidth, options.AttentionDropout));
        Attention = new ResidualAttention(options.Width, options.Heads, keyWidth, valueWidth, function, options.Dropout);
        AttentionNorm = Norm(options);
        FeedForward = new PositionwiseFeedForward(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout);
        FeedForwardNorm = Norm(options);
        Dropout = new Dropout(options.Dropout);
    }

    private ResidualAttention Attention { get; }

    private NormalizationLayer AttentionNorm { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private NormalizationLayer FeedForwardNorm { get; }

    private Dropout Dropout { get; }

    /// <summary>The tokens, (batch, tokens, width), after both parts, and the scores to hand to the next block.</summary>
    internal (Tensor Tokens, ResidualScores Scores) Call(Tensor tokens, ResidualScores? earlier)
    {
        using var scope = new TensorScope();
        tokens = _preNorm ? AttentionNorm.Call(tokens) : tokens;
        var (mixed, scores) = Attention.Call(tokens, earlier);
        tokens += Dropout.Call(mixed);
        tokens = _preNorm ? FeedForwardNorm.Call(tokens) : AttentionNorm.Call(tokens);
        tokens += Dropout.Call(FeedForward.Call(tokens));
        tokens = _preNorm ? tokens : FeedForwardNorm.Call(tokens);
        return (scope.Keep(tokens), new ResidualScores(scope.Keep(scores.Queries), scope.Keep(scores.Keys)));
    }

    private static NormalizationLayer Norm(PatchTstOptions options) =>
        options.Norm == PatchTstNorm.Batch ? new TokenBatchNorm(options.Width) : new LayerNorm(options.Width);
}
