using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>
/// T5 (Raffel et al. 2020): an encoder and a decoder without biases, with RMSNorm inside the branches, learned biases of buckets of distances that all layers
/// of a stack share, and scores that are not divided by the root of the head width. Any of its parts can be another; with those of its own it reads and
/// writes the checkpoints of Hugging Face's <c>T5ForConditionalGeneration</c>.
/// </summary>
/// <remarks>The decoder begins with the token of padding, 0. Distances know no limit, so texts may be longer than those it was trained on.</remarks>
[Formula(
    "X_0 = E[ids]; X <- X + attention(norm(X)), X <- X + attention(norm(X), Z) in the decoder, X <- X + W2 relu(W1 norm(X))",
    "attention: softmax(Q Kᵀ + B) V, B_ij = b[bucket(j - i)], 0 across; Z = norm(X) behind the encoder",
    "scores = norm(X) Eᵀ / √D, or by another map",
    Where = "E: embedding, (vocabulary, width); W1: (hidden, width); W2: (width, hidden); B: (heads, queries, keys); b: learned, of each stack, (buckets, heads); "
        + "Z: (batch, source tokens, width)")]
[Method("t5", "T5", Family.LanguageModels, 2020,
    Paper = "Raffel, Shazeer, Roberts, Lee, Narang, Matena, Zhou, Li, Liu, Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer, "
        + "JMLR 2020, arXiv 1910.10683",
    Complexity = "O(tokens² + source tokens · target tokens), or what the attention mechanisms cost")]
public sealed class T5 : SequenceToSequenceModel
{
    /// <summary>A model with fresh weights, drawn as its authors draw them.</summary>
    /// <param name="shape">The sizes of the texts, of one vocabulary.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public T5(TranslationShape shape, T5Options options)
    {
        (Shape, Options) = (shape, options);
        Transformer = new TransformerEncoderDecoder(
            shape, options, new T5Parts(options, shape, StackSide.Encoder), new T5Parts(options, shape, StackSide.Decoder));
        Draw();
    }

    /// <summary>The sizes of the texts.</summary>
    public TranslationShape Shape { get; }

    /// <summary>The parts and the sizes inside.</summary>
    public T5Options Options { get; }

    /// <inheritdoc/>
    public override bool ReadsOn => Transformer.ReadsOn;

    private TransformerEncoderDecoder Transformer { get; }

    /// <inheritdoc/>
    protected override Tensor Read(TextInput source) => Transformer.CallEncoder(source);

    /// <inheritdoc/>
    protected override Tensor Write(TextInput target, Tensor memory, Tensor? sourceReal) => Transformer.CallDecoder(target, memory, sourceReal);

    /// <summary>Queries are drawn the smaller, since scores are not divided (mesh-tensorflow's initialisation).</summary>
    private void Draw()
    {
        double width = Options.Width, inner = Options.Heads * Options.HeadWidth;
        Dictionary<string, double> variances = new()
        {
            ["embedding.table"] = 1,
            ["query_projection"] = 1 / (width * Options.HeadWidth),
            ["key_projection"] = 1 / width,
            ["value_projection"] = 1 / width,
            ["output_projection"] = 1 / inner,
            ["modifiers.0.table"] = 1 / width,
            ["feed_forward.hidden"] = 1 / width,
            ["feed_forward.output"] = 1.0 / Options.FeedForwardWidth,
        };
        foreach (var (name, parameter) in NamedParameters())
            if (variances.FirstOrDefault(item => name.EndsWith($"{item.Key}.weight", StringComparison.Ordinal)) is { Key: not null } found)
                _ = Initialization.Normal(parameter, 0, Math.Sqrt(found.Value));
    }
}
