using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>The sizes of a <see cref="LatentLayer"/>.</summary>
/// <param name="Width">Width of a latent.</param>
/// <param name="InputWidth">Width of a token of the input.</param>
/// <param name="CrossHeads">Heads of the cross-attention.</param>
/// <param name="CrossHeadWidth">Width of each.</param>
/// <param name="Heads">Heads of the self-attention.</param>
/// <param name="HeadWidth">Width of each.</param>
/// <param name="Blocks">Blocks of self-attention.</param>
public sealed record LatentLayerShape(int Width, int InputWidth, int CrossHeads, int CrossHeadWidth, int Heads, int HeadWidth, int Blocks);

/// <summary>
/// A layer of the Perceiver: a few latents ask the input, then each other (Jaegle et al., ICML 2021, arXiv 2103.03206, section 3.1). Cross-attention, then
/// blocks of self-attention, each followed by a gated feed-forward part, all with the normalisation inside the branch.
/// </summary>
public sealed class LatentLayer : Module
{
    /// <summary>How many times wider than a latent the hidden units of a feed-forward part are.</summary>
    private const int Expansion = 4;

    /// <summary>A layer with fresh weights.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="crossAttention">How the heads of the cross-attention attend.</param>
    /// <param name="dropout">Probability of dropout on the attention weights.</param>
    /// <param name="feedForwardDropout">Probability of dropout on what feed-forward parts give.</param>
    public LatentLayer(LatentLayerShape shape, Part<AttentionFunction> crossAttention, double dropout = 0, double feedForwardDropout = 0)
    {
        var cross = new TokenMixerShape(0, shape.Width, shape.CrossHeads, dropout, shape.CrossHeads * shape.CrossHeadWidth);
        CrossAttention = new MultiHeadAttention(cross, crossAttention.Build(cross.OfFunction), inputBias: false, shape.InputWidth);
        CrossAttentionWiring = new PreNorm(new LayerNorm(shape.Width));
        InputNorm = new LayerNorm(shape.InputWidth);
        CrossFeedForward = FeedForward(shape.Width);
        CrossFeedForwardWiring = new PreNorm(new LayerNorm(shape.Width), feedForwardDropout);
        var self = new TokenMixerShape(0, shape.Width, shape.Heads, dropout, shape.Heads * shape.HeadWidth);
        Blocks = ModuleList<EncoderBlock>.Of(shape.Blocks, _ => new EncoderBlock(
            new MultiHeadAttention(self, new SoftmaxAttention(dropout), inputBias: false), new PreNorm(new LayerNorm(shape.Width)),
            FeedForward(shape.Width), new PreNorm(new LayerNorm(shape.Width), feedForwardDropout)));
    }

    private MultiHeadAttention CrossAttention { get; }

    private PreNorm CrossAttentionWiring { get; }

    private LayerNorm InputNorm { get; }

    private GatedFeedForward CrossFeedForward { get; }

    private PreNorm CrossFeedForwardWiring { get; }

    private ModuleList<EncoderBlock> Blocks { get; }

    /// <summary>The latents after the layer, (batch, latents, width).</summary>
    /// <param name="latents">(batch, latents, width).</param>
    /// <param name="input">(batch, tokens, input width).</param>
    /// <param name="mask">Which tokens count; null lets all count.</param>
    public Tensor Call(Tensor latents, Tensor input, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        var normed = InputNorm.Call(input);
        latents = CrossAttentionWiring.Call(latents, x => CrossAttention.Call(x, normed, mask));
        latents = CrossFeedForwardWiring.Call(latents, CrossFeedForward.Call);
        return scope.Keep(Blocks.Aggregate(latents, (x, block) => block.Call(x)));
    }

    private static GatedFeedForward FeedForward(int width) => new(width, Expansion * width, Activations.Named("gelu"));
}
