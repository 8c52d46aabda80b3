using Anyformer.Attention;
using Anyformer.Attention.LongConvolutions;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Monarch;

/// <summary>Options of <see cref="M2Gpt"/>; of the published sizes the paper names the numbers of parameters alone, so <c>base</c> has GPT-2's width and layers.</summary>
public sealed record M2GptOptions : TransformerOptions
{
    /// <summary>The parts of the paper.</summary>
    public M2GptOptions()
    {
        (Width, Heads, FeedForwardWidth) = (768, 1, 3072);
        Layers = new LayerOptions { Count = 12 };
        Attention = Part<TokenMixer>.Of("causal-monarch-mixer", new MonarchMixerOptions { FilterWidth = 64 });
        Position = Part<PositionEncoding>.Of("learned");
        FeedForward = Part<ChannelMixer>.Of("monarch-feed-forward");
        Wiring = Part<Wiring>.Of("pre-norm");
        ScalesEmbeddings = false;
    }

    /// <summary>Named sizes.</summary>
    public static new IReadOnlyDictionary<string, M2GptOptions> Presets { get; } = new Dictionary<string, M2GptOptions>
    {
        ["small"] = new()
        {
            Width = 64,
            FeedForwardWidth = 256,
            Layers = new LayerOptions { Count = 2 },
            Attention = Part<TokenMixer>.Of("causal-monarch-mixer"),
        },
        ["base"] = new(),
    };
}

/// <summary>
/// M2-GPT (Fu et al., NeurIPS 2023, arXiv 2310.12109, section 5.3): a pre-norm <see cref="TransformerDecoder"/> whose tokens are mixed by convolutions that
/// reach back alone, and whose feed-forward parts have block-diagonal matrices. The authors' code is not public, so their layer may differ in detail.
/// </summary>
[Formula(
    "X_0 = E[ids] + P; X <- X + causal-monarch-mixer(norm(X)), X <- X + B2 gelu(B1 norm(X) + b1) + b2",
    "scores = norm(X_L) Eᵀ",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (tokens, width); B1: (hidden, width), in blocks; B2: (width, hidden), in blocks; "
        + "b1: (hidden); b2: (width)")]
[Method("m2-gpt", "M2-GPT", Family.LanguageModels, 2023, System = "monarch-mixer",
    Paper = "Fu, Arora, Grogan, Johnson, Eyuboglu, Thomas, Spector, Poli, Rudra, Ré, Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture, "
        + "NeurIPS 2023, arXiv 2310.12109",
    Complexity = "O(tokens log² tokens)")]
public sealed class M2Gpt : LanguageModel
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public M2Gpt(LanguageShape shape, M2GptOptions options) => Decoder = new TransformerDecoder(shape, options);

    /// <inheritdoc/>
    public override bool ReadsOn => Decoder.ReadsOn;

    /// <inheritdoc/>
    public override bool TakesPositions => Decoder.TakesPositions;

    private TransformerDecoder Decoder { get; }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text) => Decoder.CallStates(text);

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Decoder.CallScores(states);
}
