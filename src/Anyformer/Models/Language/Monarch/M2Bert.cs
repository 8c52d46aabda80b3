using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Monarch;

/// <summary>
/// M2-BERT (Fu et al., NeurIPS 2023, arXiv 2310.12109): BERT without attention and without dense feed-forward parts. Gated long convolutions mix the tokens,
/// block-diagonal matrices the channels.
/// </summary>
[Formula(
    "X_0 = norm(E[ids] + P + T); Z = monarch-mixer(X), X <- norm(Z + B2 (gelu(g) ⊙ a) + b2), [g, a] = B1 Z",
    "scores = norm(gelu(X_L W)) Eᵀ + b",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (tokens, width); T: types of tokens, (types, width); Z: (batch, tokens, width); "
        + "g, a: (hidden); B1: (2 · hidden, width), in blocks; B2: (width, hidden), in blocks; b2: (width); W: (width, width); b: (vocabulary)")]
[Method("m2-bert", "M2-BERT", Family.LanguageModels, 2023, System = "monarch-mixer",
    Paper = "Fu, Arora, Grogan, Johnson, Eyuboglu, Thomas, Spector, Poli, Rudra, Ré, Monarch Mixer: A Simple Sub-Quadratic GEMM-Based Architecture, "
        + "NeurIPS 2023, arXiv 2310.12109",
    Complexity = "O(tokens log tokens)")]
public sealed class M2Bert : MaskedLanguageModel
{
    private const double HeadNormEpsilon = 1e-12;

    private readonly Activation _activation;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">There is no such activation, or positions of a filter are told by an even number.</exception>
    public M2Bert(LanguageShape shape, M2BertOptions options)
    {
        _activation = Activations.Named(options.HeadActivation);
        Encoder = new M2BertEncoder(shape, options);
        Transform = new Linear(options.Width, options.Width);
        TransformNorm = new LayerNorm(options.Width, HeadNormEpsilon);
        Bias = Initialization.Constant(Parameter.Empty(shape.Vocabulary), 0);
    }

    /// <inheritdoc/>
    public override bool TakesTypes => Encoder.TakesTypes;

    /// <summary>The layers.</summary>
    public M2BertEncoder Encoder { get; }

    private Linear Transform { get; }

    private LayerNorm TransformNorm { get; }

    /// <summary>Of the scores, (vocabulary).</summary>
    private Parameter Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text) => Encoder.Call(text);

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) =>
        Functional.Linear(TransformNorm.Call(_activation(Transform.Call(states))), Encoder.Tokens.Weight, Bias);
}
