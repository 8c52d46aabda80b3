using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>Options of <see cref="LatentAttention"/>.</summary>
public sealed record LatentAttentionOptions
{
    /// <summary>Learned latents through which the tokens see each other.</summary>
    [Description("learned latents through which the tokens see each other"), Range(1, 65536)]
    public int Latents { get; init; } = 64;

    /// <summary>Blocks of self-attention among the latents.</summary>
    [Description("blocks of self-attention among the latents"), Range(0, 1000)]
    public int Blocks { get; init; } = 1;

    /// <summary>How the latents ask the tokens.</summary>
    [Description("attention function with which the latents ask the tokens")]
    public Part<AttentionFunction> CrossAttention { get; init; } = Part<AttentionFunction>.Of("softmax");
}

/// <summary>
/// The latent bottleneck of the Perceiver as a token mixer: learned latents ask the tokens and then each other (Jaegle et al., ICML 2021,
/// arXiv 2103.03206), and the tokens ask the latents, as the outputs of Perceiver IO do (Jaegle et al., ICLR 2022, arXiv 2107.14795, section 3.1).
/// </summary>
[Formula(
    "Z' = Z + attention(norm(Z); norm(X)), Z'' = mlp and self-attention blocks of Z'",
    "Y = attention(X; norm(Z''))",
    Where = "Z, Z', Z'': latents, learned at first, (latents, width)")]
[Claims(Growth = 1)]
[Method("perceiver", "Perceiver (latent bottleneck)", Family.Memory, 2021,
    Paper = "Jaegle, Gimeno, Brock, Vinyals, Zisserman, Carreira, Perceiver: General Perception with Iterative Attention, ICML 2021, arXiv 2103.03206",
    Complexity = "O(latents · tokens + blocks · latents²)")]
public sealed class LatentAttention : TokenMixer
{
    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public LatentAttention(TokenMixerShape shape, LatentAttentionOptions options)
    {
        var (width, heads, headWidth) = (shape.Width, shape.Heads, shape.HeadWidth);
        Latents = Initialization.TruncatedNormal(Parameter.Empty(1, options.Latents, width), deviation: 0.02);
        Encoder = new LatentLayer(
            new LatentLayerShape(width, width, heads, headWidth, heads, headWidth, options.Blocks), options.CrossAttention, shape.Dropout, shape.Dropout);
        LatentNorm = new LayerNorm(width);
        Decoder = new MultiHeadAttention(shape, new SoftmaxAttention(shape.Dropout), inputBias: false);
    }

    /// <summary>(1, latents, width).</summary>
    private Parameter Latents { get; }

    private LatentLayer Encoder { get; }

    private LayerNorm LatentNorm { get; }

    private MultiHeadAttention Decoder { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("The latent bottleneck");
        mask?.RefusePairs("The latent bottleneck");
        var keys = mask?.Keys is { } real ? AttentionMask.OfKeys(real) : null;
        var latents = Encoder.Call(Latents.Expand([tokens.Size(0), -1, -1]), tokens, keys);
        return Decoder.Call(tokens, LatentNorm.Call(latents), mask: null);
    }
}
