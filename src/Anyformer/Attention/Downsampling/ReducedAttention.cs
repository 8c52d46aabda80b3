using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>
/// Softmax attention over a map, (batch, height, width, channels) to the same, whose keys and values come of a smaller one (Wang et al., ICCV
/// 2021, PVT, arXiv 2102.12122, section 3.3).
/// </summary>
internal sealed class ReducedAttention : TensorModule
{
    /// <param name="width">Channels.</param>
    /// <param name="heads">Heads, each an equal share of the channels.</param>
    /// <param name="inputBias">Whether queries, keys and values have biases.</param>
    /// <param name="reduction">Makes the map smaller that keys and values come of; null for the map itself.</param>
    /// <param name="dropout">Probability of dropout on attention weights.</param>
    internal ReducedAttention(int width, int heads, bool inputBias, TensorModule? reduction = null, double dropout = 0)
    {
        Attention = new MultiHeadAttention(new TokenMixerShape(0, width, heads), new SoftmaxAttention(dropout), inputBias);
        Reduction = reduction;
    }

    private MultiHeadAttention Attention { get; }

    private TensorModule? Reduction { get; }

    protected override Tensor Forward(Tensor input)
    {
        var tokens = input.Flatten(1, 2);
        var answering = Reduction is null ? tokens : Reduction.Call(input).Flatten(1, 2);
        return Attention.Call(tokens, answering, null).Unflatten(1, [input.Size(1), input.Size(2)]);
    }
}
