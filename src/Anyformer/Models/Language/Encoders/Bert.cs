using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>
/// BERT (Devlin et al., NAACL 2019): a post-norm <see cref="TransformerEncoder"/> with learned positions and types of tokens, that tells masked tokens and
/// whether a second text follows the first. Any of its parts can be another; with those of its own it reads and writes the checkpoints of Hugging Face's
/// <c>BertForPreTraining</c>.
/// </summary>
[Formula(
    "X_0 = norm(E[ids] + P + T); X <- norm(X + attention(X)), X <- norm(X + W2 gelu(W1 X + b1) + b2)",
    "scores = norm(gelu(X_L W)) Eᵀ + b",
    "pooled = tanh(x V + c), next sentence = pooled U + u",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (tokens, width); T: types of tokens, (types, width); W1: (hidden, width); "
        + "W2: (width, hidden); W, V: (width, width); U: (width, 2); x: first token of X_L, (width); b: (vocabulary); b1: (hidden); c: (width); u: (2)")]
[Method("bert", "BERT", Family.LanguageModels, 2018,
    Paper = "Devlin, Chang, Lee, Toutanova, BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding, NAACL 2019, arXiv 1810.04805",
    Complexity = "O(tokens²), or what the attention mechanism costs")]
public sealed class Bert : MaskedLanguageModel, IPooledTextModel, ISizedTextModel
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public Bert(LanguageShape shape, BertOptions options)
    {
        (Shape, Options, Encoder) = (shape, options, new TransformerEncoder(shape, options));
        (Pooler, NextSentence) = (new Linear(options.Width, options.Width), new Linear(options.Width, 2));
        if (options.InitialDeviation is not { } deviation)
            return;
        NormalWeights.Draw(Pooler, deviation);
        NormalWeights.Draw(NextSentence, deviation);
    }

    /// <summary>The sizes of the texts.</summary>
    public LanguageShape Shape { get; }

    /// <summary>The parts and the sizes inside.</summary>
    public BertOptions Options { get; }

    /// <inheritdoc/>
    public override bool TakesPositions => Encoder.TakesPositions;

    /// <inheritdoc/>
    public override bool TakesTypes => Encoder.TakesTypes;

    /// <inheritdoc/>
    public override bool TakesDocuments => Encoder.TakesDocuments;

    private TransformerEncoder Encoder { get; }

    private Linear Pooler { get; }

    private Linear NextSentence { get; }

    /// <inheritdoc cref="TransformerEncoder.CallStates(TextInput, EncoderMasks)"/>
    public Tensor CallStates(TextInput text, EncoderMasks masks) => Encoder.CallStates(text, masks);

    /// <inheritdoc/>
    public Tensor CallPooled(Tensor states)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Pooler.Call(states.Select(1, 0)).Tanh());
    }

    /// <summary>Scores of whether the second text follows the first, and of whether it does not, (batch, 2).</summary>
    /// <param name="pooled">What <see cref="CallPooled"/> gives, (batch, width).</param>
    public Tensor CallNextSentence(Tensor pooled) => NextSentence.Call(pooled);

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text) => Encoder.CallStates(text);

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Encoder.CallScores(states);
}
