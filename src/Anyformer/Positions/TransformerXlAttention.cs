using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="TransformerXlAttention"/>.</summary>
public sealed record TransformerXlAttentionOptions
{
    /// <summary>The distance beyond which all are alike; 0 for none. The authors take 1000 when they evaluate.</summary>
    [Description("the distance beyond which all are alike, 0 for none"), Range(0, 1 << 30)]
    public int ClampDistance { get; init; }
}

/// <summary>
/// Multi-head attention whose scores have a term for the distance, <c>(q + u) k + (q + v) W_r R_(i-j)</c> with sinusoids R of the distance and learned
/// biases u and v, and whose keys may begin with the tokens of earlier segments (Dai et al., ACL 2019, arXiv 1901.02860). Without a causal mask it
/// looks both ways (as in Yang et al. 2019, XLNet, arXiv 1906.08237). Records <c>weights</c>, (batch, heads, queries, keys), for inspection.
/// </summary>
[Formula(
    "S_ij = ((q_i + u)·k_j + (q_i + v)·(r_(i-j) W_r)) / √d, Y = [softmax(S) V] W_o",
    "keys and values also of the tokens remembered from earlier segments",
    Where = "u, v: learned biases, (heads, d); r: sinusoids of a distance, (width); W_r: (width, heads · d)")]
[Claims(Causal = true)]
[Method("transformer-xl", "Transformer-XL attention", Family.RelativePositions, 2019,
    Paper = "Dai, Yang, Yang, Carbonell, Le, Salakhutdinov, Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context, ACL 2019, arXiv 1901.02860",
    Complexity = "O(tokens²)", System = "positions", Aliases = ["relative-xl"])]
public sealed class TransformerXlAttention : TokenMixer
{
    private readonly int _heads, _clamp;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width of a token is odd, or the inner width is no multiple of the heads.</exception>
    public TransformerXlAttention(TokenMixerShape shape, TransformerXlAttentionOptions options)
        : this(shape, options, FreshBias(shape), FreshBias(shape)) { }

    /// <summary>Attention whose biases of content and position are shared with other layers.</summary>
    internal TransformerXlAttention(TokenMixerShape shape, TransformerXlAttentionOptions options, Parameter contentBias, Parameter positionBias)
    {
        if (shape.Width % 2 != 0)
            throw new UserException($"Transformer-XL has as many sines as cosines of a distance, so the width must be even, found {shape.Width}.");
        (_heads, _clamp) = (shape.Heads, options.ClampDistance);
        var inner = shape.Heads * shape.HeadWidth;
        QueryProjection = new Linear(shape.Width, inner, bias: false);
        KeyProjection = new Linear(shape.Width, inner, bias: false);
        ValueProjection = new Linear(shape.Width, inner, bias: false);
        PositionProjection = new Linear(shape.Width, inner, bias: false);
        OutputProjection = new Linear(inner, shape.Width, bias: false);
        (ContentBias, PositionBias) = (contentBias, positionBias);
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear PositionProjection { get; }

    private Linear OutputProjection { get; }

    /// <summary>What is added to queries that meet keys, (heads, head width).</summary>
    private Parameter ContentBias { get; }

    /// <summary>What is added to queries that meet distances, (heads, head width).</summary>
    private Parameter PositionBias { get; }

    private Dropout Dropout { get; }

    /// <summary>The mixed tokens of a segment, which see those of earlier ones too.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="memory">What came right before, (batch, earlier tokens, width); null for nothing.</param>
    /// <param name="mask">What may not be seen of memory and tokens, in this order.</param>
    public Tensor Call(Tensor tokens, Tensor? memory, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Attend(tokens, memory, mask));
    }

    /// <summary>The mixed tokens of a segment, with the waves of distances that all layers of a stack share.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="memory">What came right before, (batch, earlier tokens, width); null for nothing.</param>
    /// <param name="waves">What <see cref="Waves"/> gives for the mask.</param>
    /// <param name="mask">What may not be seen of memory and tokens, in this order.</param>
    internal Tensor Call(Tensor tokens, Tensor? memory, Tensor waves, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Attend(tokens, Context(tokens, memory), waves, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Attend(tokens, memory: null, mask);

    private Tensor Attend(Tensor tokens, Tensor? memory, AttentionMask? mask)
    {
        var context = Context(tokens, memory);
        return Attend(tokens, context, Waves(tokens.Size(1), context.Size(1), mask?.IsCausal ?? false, _clamp, tokens), mask);
    }

    private static Tensor Context(Tensor tokens, Tensor? memory) => memory is null ? tokens : Functional.Cat([memory, tokens], 1);

    private Tensor Attend(Tensor tokens, Tensor context, Tensor waves, AttentionMask? mask)
    {
        var (asking, answering) = (tokens.Size(1), context.Size(1));
        var queries = Heads.Split(QueryProjection.Call(tokens), _heads);
        var (keys, values) = (Heads.Split(KeyProjection.Call(context), _heads), Heads.Split(ValueProjection.Call(context), _heads));
        var distances = Heads.Split(PositionProjection.Call(waves), _heads);
        var scale = 1 / Math.Sqrt(queries.Size(-1));
        Tensor Scores(Parameter bias, Tensor others) => ((queries + bias.Unsqueeze(1)) * scale).MatMul(others.Transpose(-2, -1));

        var scores = Scores(ContentBias, keys) + RelativeShift.Call(Scores(PositionBias, distances), answering);
        var visible = mask?.Table(asking, answering, tokens.Device);
        var weights = visible is null ? scores.Softmax(-1) : MaskedSoftmax.Of(scores, visible);
        Recorder.Record(this, "weights", weights);
        return OutputProjection.Call(Heads.Join(Dropout.Call(weights).MatMul(values)));
    }

    /// <summary>The sinusoids of distances, (1, distances, width): from that of the last query to the first key down to 0, or to the other side.</summary>
    /// <param name="queries">Tokens that ask.</param>
    /// <param name="keys">Tokens that answer.</param>
    /// <param name="isCausal">Whether no query sees a later key.</param>
    /// <param name="clamp">The distance beyond which all are alike; 0 for none.</param>
    /// <param name="like">Tells width, type and device: (..., width).</param>
    internal static Tensor Waves(long queries, long keys, bool isCausal, int clamp, Tensor like)
    {
        var distances = Functional.Arange(keys - 1, isCausal ? -1 : -queries, -1, device: like.Device);
        if (clamp > 0)
            distances = distances.Clamp(-clamp, clamp);
        return Sinusoids.Split(distances, Rotary.Frequencies((int)like.Size(-1), device: like.Device)).To(like.DType).Unsqueeze(0);
    }

    private static Parameter FreshBias(TokenMixerShape shape) => Initialization.Normal(Parameter.Empty(shape.Heads, shape.HeadWidth), deviation: 0.02);
}
