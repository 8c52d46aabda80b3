using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>
/// One patch size of a layer: attention inside the patches and between them, added to the input, and a feed-forward part
/// (multi-scale Transformer block of Chen et al., ICLR 2024, arXiv 2402.05956, section 3.1).
/// </summary>
public sealed class PatchExpert : TensorModule
{
    /// <summary>An expert for patches of <paramref name="patchSize"/> steps, of which the look-back of the shape must be a multiple.</summary>
    public PatchExpert(ForecastShape shape, int patchSize, PathformerOptions options)
    {
        var patches = shape.Lookback / patchSize;
        IntraPatch = new IntraPatchAttention(shape.Variates, patches, patchSize, options.Width);
        InterPatch = new InterPatchAttention(patches, patchSize, options.Width, options.Dropout);
        AttentionNorm = options.BatchNorm ? new BatchNorm(options.Width) : null;
        Dropout = new Dropout(options.Dropout);
        FeedForward = new PositionwiseFeedForward(
            options.Width, options.FeedForwardWidth, Activations.Named("gelu"), options.FeedForwardDropout);
        FeedForwardNorm = options.BatchNorm ? new BatchNorm(options.Width) : null;
    }

    private IntraPatchAttention IntraPatch { get; }

    private InterPatchAttention InterPatch { get; }

    private BatchNorm? AttentionNorm { get; }

    private Dropout Dropout { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private BatchNorm? FeedForwardNorm { get; }

    /// <summary>(batch, variates, steps, width) to the same; the batch may be empty.</summary>
    protected override Tensor Forward(Tensor input)
    {
        var attended = Dropout.Call(Normalize(AttentionNorm, input + IntraPatch.Call(input) + InterPatch.Call(input)));
        return Normalize(FeedForwardNorm, attended + FeedForward.Call(attended));
    }

    /// <summary>Every channel over samples, variates and steps; of no samples there are no statistics.</summary>
    private static Tensor Normalize(BatchNorm? norm, Tensor tokens) => norm is null || tokens.ElementCount == 0
        ? tokens
        : norm.Call(tokens.Reshape([-1, tokens.Size(3)])).View(tokens.Shape);
}
