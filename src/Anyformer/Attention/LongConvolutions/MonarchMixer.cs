using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.LongConvolutions;

/// <summary>Options of <see cref="MonarchMixer"/> and <see cref="CausalMonarchMixer"/>.</summary>
public sealed record MonarchMixerOptions
{
    /// <summary>Hidden units of the network that makes filters.</summary>
    [Description("hidden units of the network that makes filters"), Range(1, 65536)]
    public int FilterWidth { get; init; } = 16;

    /// <summary>Numbers that tell a position to that network: a time, and pairs of waves; odd.</summary>
    [Description("numbers that tell a position to that network: a time, and pairs of waves; odd"), Range(3, 1023)]
    public int PositionWidth { get; init; } = 5;

    /// <summary>What the frequencies of the network's sines start at.</summary>
    [Description("what the frequencies of the network's sines start at")]
    public double Frequency { get; init; } = 10;

    /// <summary>A factor of those frequencies that is not learned.</summary>
    [Description("a factor of those frequencies that is not learned")]
    public double Modulation { get; init; } = 1;

    /// <summary>Whether a second long convolution of the tokens themselves is added.</summary>
    [Description("a second long convolution, of the tokens themselves, is added")]
    public bool Residual { get; init; }

    /// <summary>Whether tokens are normalised first.</summary>
    [Description("tokens are normalised first")]
    public bool InputNorm { get; init; }
}

/// <summary>
/// Mixes tokens without attention: two of three maps of the tokens gate a convolution as long as the sample, in both directions, made by
/// Fourier transforms, which are Monarch matrices (Fu et al., NeurIPS 2023, arXiv 2310.12109, section 4). Time is linear in tokens up to a
/// logarithm. Padding has no value.
/// </summary>
[Formula(
    "[G, H, U] = conv3(X W), each channel alone, over the last three tokens",
    "Y = (H ⊙ (F ∗ Z + c ⊙ Z)) W_o, Z = G ⊙ U, the convolution ∗ by Fourier transforms",
    Where = "G, H: gates, (batch, tokens, width); U, Z: (batch, tokens, width); "
        + "F: learned filter, as long as the sample to either side, (2 · tokens, width); c: (width); W: (width, 3 · width); "
        + "W_o: (width, width)")]
[Claims(Growth = 1, FixedTokens = true)]
[Method("monarch-mixer", "Monarch Mixer", Family.Frequency, 2023,
    System = "m2-vit",
    Paper = "Fu, Arora, Grogan, Johnson, Eyuboglu, Thomas, Spector, Poli, Rudra, Ré, Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture, "
        + "NeurIPS 2023, arXiv 2310.12109",
    Complexity = "O(tokens log tokens)")]
public sealed class MonarchMixer : TokenMixer
{
    /// <summary>A mixer with fresh weights, for up to the shape's tokens.</summary>
    /// <exception cref="UserException">The shape names no number of tokens, or positions are told by an even number.</exception>
    public MonarchMixer(TokenMixerShape shape, MonarchMixerOptions options) =>
        Convolution = new GatedLongConvolution(shape, options, isBidirectional: true);

    internal GatedLongConvolution Convolution { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("Monarch Mixer");
        return Convolution.Call(tokens, mask);
    }
}

/// <summary>
/// <see cref="MonarchMixer"/> whose convolution reaches back alone, for language models: no token sees later ones, with a causal mask or
/// without (Fu et al., NeurIPS 2023, arXiv 2310.12109, section 4.2).
/// </summary>
[Formula(
    "[G, H, U] = conv3(X W), each channel alone, over the last three tokens",
    "Y = (H ⊙ (F ∗ Z + c ⊙ Z)) W_o, Z = G ⊙ U, the convolution ∗ reaches back alone",
    Where = "G, H: gates, (batch, tokens, width); U, Z: (batch, tokens, width); "
        + "F: learned filter, as long as the sample, (tokens, width); c: (width); W: (width, 3 · width); W_o: (width, width)")]
[Claims(Growth = 1, Causal = true, FixedTokens = true)]
[Method("causal-monarch-mixer", "Causal Monarch Mixer", Family.Frequency, 2023,
    System = "monarch-mixer",
    Paper = "Fu, Arora, Grogan, Johnson, Eyuboglu, Thomas, Spector, Poli, Rudra, Ré, Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture, "
        + "NeurIPS 2023, arXiv 2310.12109",
    Complexity = "O(tokens log² tokens)")]
public sealed class CausalMonarchMixer : TokenMixer
{
    /// <summary>A mixer with fresh weights, for up to the shape's tokens.</summary>
    /// <exception cref="UserException">The shape names no number of tokens, or positions are told by an even number.</exception>
    public CausalMonarchMixer(TokenMixerShape shape, MonarchMixerOptions options) =>
        Convolution = new GatedLongConvolution(shape, options, isBidirectional: false);

    internal GatedLongConvolution Convolution { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Convolution.Call(tokens, mask);
}
