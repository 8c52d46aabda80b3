using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>
/// Attention among tokens that hash alike: queries are keys, random directions sort them into buckets, and a token sees its own chunk of the sorted
/// tokens and neighbouring ones (Kitaev et al., ICLR 2020, arXiv 2001.04451, section 2). A token sees itself only where nothing else is left.
/// </summary>
[Formula(
    "q = k = x W_q, bucket(q) = argmax [q R, -q R] in each round",
    "y_i = sum_j softmax_j(q_i·k_j / (√d rms(k_j))) v_j over tokens j ≠ i of the own chunk and neighbouring ones, sorted by bucket",
    "rounds are weighed by their sums of exponentials; Y = [heads] W_o",
    Where = "R: random directions, (d, buckets / 2); y: context of a head, (d)")]
[Claims(Growth = 1, Causal = true, Leaks = Leaks.Future,
    Caveat = "Under a causal mask no value of a later token is seen, but later tokens too decide who shares a chunk, as in the paper.")]
[Method("reformer", "LSH attention (Reformer)", Family.LearnablePatterns, 2020,
    Paper = "Kitaev, Kaiser, Levskaya, Reformer: The Efficient Transformer, ICLR 2020, arXiv 2001.04451",
    Complexity = "O(tokens · log tokens)")]
public sealed class LshAttention : TokenMixer
{
    /// <summary>Attention with fresh weights; projections have no bias.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads, or buckets are odd.</exception>
    public LshAttention(TokenMixerShape shape, LshAttentionOptions options)
    {
        Heads = new LshHeads(shape, options);
        OutputProjection = new Linear(shape.Heads * shape.HeadWidth, shape.Width, bias: false);
    }

    private LshHeads Heads { get; }

    private Linear OutputProjection { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => OutputProjection.Call(Heads.Call(tokens, mask));
}
