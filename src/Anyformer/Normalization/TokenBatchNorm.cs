using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>
/// Batch normalisation of tokens: every channel is standardised over all tokens of the batch (Zerveas et al., KDD 2021, arXiv 2010.02803,
/// section 3.2, for time series, whose outliers layer normalisation spreads).
/// </summary>
public sealed class TokenBatchNorm(long width) : NormalizationLayer
{
    private BatchNorm Channels { get; } = new(width);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Channels.Call(input.Flatten(0, -2)).View(input.Shape);
}
