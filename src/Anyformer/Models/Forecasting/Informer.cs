using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// An encoder-decoder for long series: only the queries that stand out attend, each encoder block passes on half of its steps, and the decoder
/// emits the horizon in one pass (Zhou et al., AAAI 2021, arXiv 2012.07436, section 3). ProbSparse attention draws at random in evaluation too.
/// </summary>
[Formula(
    "E = encoder(embed(X)), every block attends by prob-sparse and passes on max-pool(elu(norm(conv3(Z)))), half of its steps",
    "Y = W decoder(embed([X_label, 0]), E), its last steps",
    Where = "E, Z: (batch, steps, width); W: (variates, width)")]
[Method("informer", "Informer", Family.Forecasting, 2021,
    Paper = "Zhou, Zhang, Peng, Zhang, Li, Xiong, Zhang, Informer: Beyond Efficient Transformer for Long Sequence Time-Series Forecasting, "
        + "AAAI 2021, arXiv 2012.07436",
    Complexity = "O(lookback · log lookback)")]
public sealed class Informer : GenerativeForecaster
{
    /// <summary>A model with fresh weights.</summary>
    public Informer(ForecastShape shape, InformerOptions options) : base(shape, options.DecoderVariates)
    {
        if (options.Stacks.Count == 0 || shape.Lookback >> (options.Stacks.Count - 1) == 0)
            throw new UserException($"The encoders of a stack read halves of a lookback of {shape.Lookback} steps, and each needs a step; "
                + $"found {options.Stacks.Count} encoders.");
        EncoderEmbedding = Embedding(shape, shape.Variates, options);
        DecoderEmbedding = Embedding(shape, options.DecoderVariates ?? shape.Variates, options);
        Encoders = new(options.Stacks.Select(blocks => Encoder(blocks, options)));
        DecoderBlocks = ModuleList<DecoderBlock>.Of(options.DecoderLayers, _ => Decoder(options));
        DecoderNorm = new LayerNorm(options.Width);
        Head = new Linear(options.Width, options.OutputVariates ?? shape.Variates);
    }

    private StepEmbedding EncoderEmbedding { get; }

    private StepEmbedding DecoderEmbedding { get; }

    private ModuleList<DistillingEncoder> Encoders { get; }

    private ModuleList<DecoderBlock> DecoderBlocks { get; }

    private LayerNorm DecoderNorm { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Generate(Tensor past, Tensor? pastMarks, Tensor start, Tensor? startMarks)
    {
        var history = EncoderEmbedding.Call(past, pastMarks);
        var steps = (int)history.Size(1);
        var context = Functional.Cat([.. Encoders.Select((encoder, i) => encoder.Call(history[.., ^(steps >> i)..]))], 1);

        var tokens = DecoderEmbedding.Call(start, startMarks);
        foreach (var block in DecoderBlocks)
            tokens = block.Call(tokens, context, AttentionMask.Causal);
        return Head.Call(DecoderNorm.Call(tokens));
    }

    private static StepEmbedding Embedding(ForecastShape shape, int variates, InformerOptions options) => new(
        variates, options.Width, CalendarEmbedding.For(shape, options.Calendar, options.Width, bias: true), options.Dropout, bias: true);

    private static DistillingEncoder Encoder(int blocks, InformerOptions options) =>
        new(ModuleList<EncoderBlock>.Of(blocks, _ => EncoderBlock(options)), options.Width, options.Distil);

    private static EncoderBlock EncoderBlock(InformerOptions options) => new(
        new MultiHeadAttention(options.Width, options.Heads, options.Attention, options.Dropout), Wiring(options),
        FeedForward(options), Wiring(options));

    private static DecoderBlock Decoder(InformerOptions options) =>
        new(DecoderAttention(options), Wiring(options), CrossAttention(options), Wiring(options), FeedForward(options), Wiring(options));

    private static MultiHeadAttention DecoderAttention(InformerOptions options)
    {
        var function = options.Attention.Build(new AttentionShape(options.Heads, options.Width / options.Heads, options.Dropout));
        return new MultiHeadAttention(options.Width, options.Heads, options.MixHeads ? new HeadsInTime(function) : function);
    }

    private static MultiHeadAttention CrossAttention(InformerOptions options) =>
        new(options.Width, options.Heads, new SoftmaxAttention(options.Dropout));

    private static PostNorm Wiring(InformerOptions options) => new(new LayerNorm(options.Width), options.Dropout);

    private static PositionwiseFeedForward FeedForward(InformerOptions options) =>
        new(options.Width, options.FeedForwardWidth, Activations.Named(options.Activation), options.Dropout);

    /// <summary>
    /// Reorders contexts so that, joined, the heads follow one another in time: token t of the joined heads is the t-th part of the first head's
    /// whole context, then the second's. It is how the authors' decoder joins them.
    /// </summary>
    private sealed class HeadsInTime(AttentionFunction inner) : AttentionFunction
    {
        private AttentionFunction Inner { get; } = inner;

        /// <inheritdoc/>
        protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
        {
            var contexts = Inner.Call(queries, keys, values, mask);
            var (batch, heads, tokens, width) = (contexts.Size(0), contexts.Size(1), contexts.Size(2), contexts.Size(3));
            return contexts.Reshape([batch, tokens, heads, width]).Transpose(1, 2);
        }
    }
}
