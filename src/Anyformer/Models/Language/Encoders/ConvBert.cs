using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>
/// ConvBERT (Jiang et al., NeurIPS 2020): a post-norm <see cref="TransformerEncoder"/> like BERT's, half of whose heads are span-based dynamic convolutions,
/// with embeddings that may be narrower than tokens, and feed-forward parts that may lie in groups. Any of its parts can be another; with those of its own
/// it reads and writes the checkpoints of Hugging Face's <c>ConvBertForMaskedLM</c>.
/// </summary>
[Formula(
    "X_0 = norm(E[ids] + P + T) M; X <- norm(X + mixed(X)), X <- norm(X + W2 gelu(W1 X + b1) + b2), attention of mixed-attention",
    "scores = norm(gelu(X_L W)) Eᵀ + b",
    Where = "E: embedding, (vocabulary, embedding width); P: learned positions, (tokens, embedding width); T: types of tokens, (types, embedding width); "
        + "M: (embedding width, width), where these differ; W: (width, embedding width); W1: (hidden, width); W2: (width, hidden); b: (vocabulary); b1: (hidden)")]
[Method("convbert", "ConvBERT", Family.LanguageModels, 2020,
    Paper = "Jiang, Yu, Zhou, Chen, Feng, Yan, ConvBERT: Improving BERT with Span-based Dynamic Convolution, NeurIPS 2020, arXiv 2008.02496",
    Complexity = "O(tokens² + tokens · kernel), or what the attention mechanism costs")]
public sealed class ConvBert : MaskedLanguageModel, ISizedTextModel
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public ConvBert(LanguageShape shape, ConvBertOptions options) => (Shape, Options, Encoder) = (shape, options, new TransformerEncoder(shape, options));

    /// <summary>The sizes of the texts.</summary>
    public LanguageShape Shape { get; }

    /// <summary>The parts and the sizes inside.</summary>
    public ConvBertOptions Options { get; }

    /// <inheritdoc/>
    public override bool TakesPositions => Encoder.TakesPositions;

    /// <inheritdoc/>
    public override bool TakesTypes => Encoder.TakesTypes;

    private TransformerEncoder Encoder { get; }

    /// <inheritdoc cref="TransformerEncoder.CallStates(TextInput, EncoderMasks)"/>
    public Tensor CallStates(TextInput text, EncoderMasks masks) => Encoder.CallStates(text, masks);

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text) => Encoder.CallStates(text);

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Encoder.CallScores(states);
}
