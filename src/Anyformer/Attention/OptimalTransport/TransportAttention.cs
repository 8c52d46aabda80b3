using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.OptimalTransport;

/// <summary>Options of <see cref="TransportAttention"/>.</summary>
public sealed record TransportAttentionOptions
{
    /// <summary>Learned references that tokens are carried to, for each head.</summary>
    [Description("learned references that tokens are carried to, for each head"), Range(1, 65536)]
    public int References { get; init; } = 16;

    /// <summary>Anchors of the kernel, for each head: features of a token.</summary>
    [Description("anchors of the kernel, for each head: features of a token"), Range(1, 65536)]
    public int Anchors { get; init; } = 16;

    /// <summary>The width of the kernel over directions of tokens.</summary>
    [Description("width of the kernel over directions of tokens"), Range(0, 1000, MinimumIsExclusive = true)]
    public double KernelSigma { get; init; } = 0.8;

    /// <summary>The weight of the entropy in the transport.</summary>
    [Description("weight of the entropy in the transport"), Range(0, 1000, MinimumIsExclusive = true)]
    public double Epsilon { get; init; } = 0.5;

    /// <summary>Iterations of Sinkhorn.</summary>
    [Description("iterations of Sinkhorn"), Range(1, 10_000)]
    public int Iterations { get; init; } = 5;

    /// <summary>The distance, as a share of the whole, over which tokens and references lose touch; null for no positions.</summary>
    [Description("distance, as a share of the whole, over which tokens and references lose touch; nothing for no positions")]
    [Range(0, 1000, MinimumIsExclusive = true)]
    public double? PositionSigma { get; init; } = 0.5;

    /// <summary>Tokens of a row, where the tokens are an image row by row; null for a sequence.</summary>
    [Description("tokens of a row, where the tokens are an image row by row; nothing for a sequence"), Range(1, 1 << 20)]
    public int? Columns { get; init; }
}

/// <summary>
/// Tokens are mapped to features of a kernel, carried to learned references by optimal transport, and what the references gathered is carried
/// back by the same plan (Shamsolmoali, Zareapoor, Granger and Felsberg, AAAI 2024, arXiv 2401.03540). Linear in tokens.
/// </summary>
/// <remarks>
/// The authors publish no code; the paper leaves the kernel, the way back to tokens and the projections open. They are completed with the
/// formulas of Mialon et al. (ICLR 2021, arXiv 2006.12065). Padding is carried nowhere. Records <c>features</c>, (batch, heads, tokens,
/// anchors), and <c>plan</c>, (batch, heads, tokens, references).
/// </remarks>
[Formula(
    "φ(x) = |z| exp((cos(z, a) - 1) / s²) M^(-1/2), z = x W, M the same of the anchors among themselves",
    "P = sinkhorn(φ(X) Rᵀ ⊙ G / e), columns sum to 1 and rows to m / n",
    "Y = [(P ⊙ G) (P ⊙ G)ᵀ φ(X) n / m for each head] W_o",
    Where = "z: (d); W: (width, heads · d); a: anchors, learned, (heads, anchors, d); s: width of the kernel; "
        + "M: (heads, anchors, anchors); P: plan, (batch, heads, tokens, references); "
        + "R: references, learned, (heads, references, anchors); G: Gaussian of the distance of their places, (tokens, references); "
        + "e: weight of the entropy; m: number of references; W_o: (heads · anchors, width)")]
[Claims(Growth = 1)]
[Method("set-transport", "SeT attention", Family.Prototypes, 2024,
    System = "setformer",
    Paper = "Shamsolmoali, Zareapoor, Granger, Felsberg, SeTformer is What You Need for Vision and Language, AAAI 2024, arXiv 2401.03540",
    Complexity = "O(tokens)")]
public sealed class TransportAttention : TokenMixer
{
    private readonly TransportAttentionOptions _options;
    private readonly int _heads;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the references of an image are no square number.</exception>
    public TransportAttention(TokenMixerShape shape, TransportAttentionOptions options)
    {
        if (options.Columns is not null)
            _ = PositionFilter.SideOf(options.References);
        (_options, _heads) = (options, shape.Heads);
        var (heads, width) = (shape.Heads, shape.HeadWidth);
        InputProjection = new Linear(shape.Width, heads * width);
        Anchors = Initialization.Normal(Parameter.Empty(heads, options.Anchors, width));
        References = Initialization.InverseFanIn(Parameter.Empty(heads, options.References, options.Anchors), options.References);
        OutputProjection = new Linear(heads * options.Anchors, shape.Width);
    }

    private Linear InputProjection { get; }

    /// <summary>(heads, anchors, head width), brought to length 1 where they are used.</summary>
    private Parameter Anchors { get; }

    /// <summary>(heads, references, anchors).</summary>
    private Parameter References { get; }

    private Linear OutputProjection { get; }

    /// <summary>What the references gather of the tokens: a set of any size as a fixed number of tokens, (batch, references, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">Padding, which is left out.</param>
    /// <exception cref="UserException">The mask is causal, or one of pairs.</exception>
    public Tensor Pool(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        var (features, plan, _) = Carry(tokens, mask);
        return scope.Keep(OutputProjection.Call(Heads.Join(plan.Transpose(-2, -1).MatMul(features))));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var (features, plan, count) = Carry(tokens, mask);
        var gathered = plan.Transpose(-2, -1).MatMul(features);
        return OutputProjection.Call(Heads.Join(plan.MatMul(gathered) * (count / _options.References)));
    }

    /// <summary>The features of tokens, the plan that carries them, and how many they are.</summary>
    private (Tensor Features, Tensor Plan, Tensor Count) Carry(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal("SeT attention");
        mask?.RefusePairs("SeT attention");
        var heads = Heads.Split(InputProjection.Call(tokens), _heads);
        var features = NystromFeatures.Of(heads, NystromFeatures.Unit(Anchors), _options.KernelSigma, shortest: 1e-6);
        Recorder.Record(this, "features", features);
        var (similarities, real) = (features.MatMul(References.Transpose(-2, -1)), mask?.KeyRows);
        var filter = Filter(similarities, real);
        var plan = TransportPlan.Of(filter is null ? similarities : similarities * filter, _options.Epsilon, _options.Iterations, real);
        var carried = filter is null ? plan : plan * filter;
        Recorder.Record(this, "plan", carried);
        return (features, carried, TransportPlan.Count(carried, real));
    }

    private Tensor? Filter(Tensor similarities, Tensor? real)
    {
        if (_options.PositionSigma is not { } sigma)
            return null;
        if (_options.Columns is not { } columns)
            return PositionFilter.Gaussian(PositionFilter.Places(real, similarities), _options.References, sigma);
        var tokens = similarities.Size(2);
        return tokens % columns == 0
            ? PositionFilter.Square(tokens / columns, columns, _options.References, sigma, similarities)
            : throw new UserException($"The tokens of an image in rows of {columns} must be a multiple of {columns}, found {tokens}.");
    }
}
