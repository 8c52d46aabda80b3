using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Sequences;

/// <summary>
/// The encoder that the Long Range Arena measures attention mechanisms in: embedded tokens with positions, pre-norm blocks, a last normalisation, a
/// vector for the whole sequence, and an MLP on it. Of a pair both sequences go through the same encoder, and the head sees both vectors.
/// </summary>
/// <remarks>In the published code the projections of attention have no biases; here they do, in most mechanisms: a quarter of a percent more weights.</remarks>
[Formula(
    "Z = norm(encoder(E[ids] + P)), scores = mlp(z), z = Z_0 of the class token, or the mean of the tokens",
    Where = "Z: (batch, tokens, width); E: embedding, (vocabulary, width); P: positions, (tokens, width); z: (batch, width)")]
[Method("lra-encoder", "Long Range Arena encoder", Family.SequenceClassification, 2021,
    System = "long-range-arena",
    Paper = "Tay, Dehghani, Abnar, Shen, Bahri, Pham, Rao, Yang, Ruder, Metzler, Long Range Arena: A Benchmark for Efficient Transformers, ICLR 2021, arXiv 2011.04006",
    Complexity = "O(what the attention mechanism costs)")]
public sealed class LongRangeEncoder : SequenceClassifier
{
    private readonly SequenceShape _shape;
    private readonly LongRangeEncoderOptions _options;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the data.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">The inner width is no multiple of the heads, or the mechanism cannot be built for these sizes.</exception>
    public LongRangeEncoder(SequenceShape shape, LongRangeEncoderOptions options)
    {
        (_shape, _options) = (shape, options);
        var (width, positions) = (options.Width, shape.Tokens + (options.Pooling == SequencePooling.Cls ? 1 : 0));
        Embedding = new Embedding(shape.Vocabulary, width);
        Cls = options.Pooling == SequencePooling.Cls ? Initialization.Constant(Parameter.Empty(1, 1, width), 0) : null;
        LearnedPositions = options.Positions == SequencePositions.Learned ? Initialization.Normal(Parameter.Empty(positions, width), 0, 0.02) : null;
        FixedPositions = options.Positions == SequencePositions.Sinusoidal ? Sinusoids.Interleaved(positions, width) : null;
        EmbeddingDropout = new Dropout(options.Dropout);
        var sizes = new TokenMixerShape(positions, width, options.Heads, options.AttentionDropout, options.InnerWidth);
        Blocks = ModuleList<EncoderBlock>.Of(options.Layers, _ => new EncoderBlock(
            options.Attention.Build(sizes), new PreNorm(new LayerNorm(width), options.Dropout),
            new PositionwiseFeedForward(width, options.FeedForwardWidth, Activations.Named("gelu-tanh"), options.Dropout), new PreNorm(new LayerNorm(width), options.Dropout)));
        Norm = new LayerNorm(width);
        Head = new SequenceHead(shape, options);
    }

    private Embedding Embedding { get; }

    /// <summary>The token put before a sequence, (1, 1, width).</summary>
    private Parameter? Cls { get; }

    private Parameter? LearnedPositions { get; }

    [Buffer(Persistent = false)]
    private Tensor? FixedPositions { get; }

    private Dropout EmbeddingDropout { get; }

    private ModuleList<EncoderBlock> Blocks { get; }

    private LayerNorm Norm { get; }

    private SequenceHead Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Tensor? real)
    {
        if (tokens.Size(1) > _shape.Tokens)
            throw new UserException($"The model was built for sequences of {_shape.Tokens} tokens, found {tokens.Size(1)}.");
        var embedded = Embedding.Call(tokens);
        if (Cls is not null)
        {
            embedded = Functional.Cat([Cls.Expand([tokens.Size(0), -1, -1]), embedded], 1);
            real = real is null ? null : Functional.Cat([Functional.Ones([tokens.Size(0), 1], DType.Bool, device: tokens.Device), real], 1);
        }

        embedded = EmbeddingDropout.Call(embedded + (LearnedPositions ?? FixedPositions!)[..(int)embedded.Size(1)]);
        var mask = real is null ? null : AttentionMask.OfTokens(real);
        var encoded = Norm.Call(Blocks.Aggregate(embedded, (states, block) => block.Call(states, mask)));
        return Head.Call(_options.Pooling == SequencePooling.Cls ? encoded[.., 0] : Mean(encoded, real));
    }

    private static Tensor Mean(Tensor encoded, Tensor? real)
    {
        if (real is null)
            return encoded.Mean(1);
        var weights = real.To(encoded.DType).Unsqueeze(-1);
        return (encoded * weights).Sum([1]) / weights.Sum([1]).ClampMin(1);
    }
}
