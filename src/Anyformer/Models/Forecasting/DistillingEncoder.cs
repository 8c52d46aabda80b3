using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Encoder blocks, with a layer between each two that halves the steps, and a normalisation (Zhou et al., AAAI 2021, arXiv 2012.07436,
/// section 3.2): (batch, steps, width) to (batch, fewer steps, width).
/// </summary>
public sealed class DistillingEncoder : TensorModule
{
    /// <summary>An encoder of blocks of a width; without distilling the steps stay.</summary>
    public DistillingEncoder(ModuleList<EncoderBlock> blocks, int width, bool distil)
    {
        Blocks = blocks;
        Distilling = ModuleList<DistillingLayer>.Of(distil ? blocks.Count - 1 : 0, _ => new DistillingLayer(width));
        Norm = new LayerNorm(width);
    }

    private ModuleList<EncoderBlock> Blocks { get; }

    private ModuleList<DistillingLayer> Distilling { get; }

    private LayerNorm Norm { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        for (var i = 0; i < Blocks.Count; i++)
        {
            input = Blocks[i].Call(input);
            if (i < Distilling.Count)
                input = Distilling[i].Call(input);
        }

        return Norm.Call(input);
    }
}

/// <summary>
/// Keeps the dominating features of each two steps: circular convolution over three steps, batch normalisation, ELU, and the maximum of three
/// steps at every second one. (batch, steps, width) to (batch, (steps + 1) / 2, width).
/// </summary>
public sealed class DistillingLayer(int width) : TensorModule
{
    private CircularConv1d Convolution { get; } = new(width, width);

    private BatchNorm Norm { get; } = new(width);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var features = Convolution.Call(input);
        // Channels stay side by side in memory, where both the normalisation and the pooling are fastest.
        var normalised = Norm.Call(features.Flatten(0, 1)).View(features.Shape).Elu();
        return normalised.Transpose(1, 2).MaxPool1d([3], [2], [1]).Transpose(1, 2);
    }
}
