using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>Options of <see cref="HardCodedAttention"/>. Lists share the heads in turn: of two offsets every second head has the first.</summary>
public sealed record HardCodedAttentionOptions
{
    /// <summary>Where heads look, relative to the query.</summary>
    [Description("where heads look, relative to the query")]
    public ValueList<double> Offsets { get; init; } = [-1, 1];

    /// <summary>Standard deviations of the heads' bells.</summary>
    [Description("standard deviations of the heads' bells")]
    public ValueList<double> Deviations { get; init; } = [1];

    /// <summary>Weights below are 0.</summary>
    [Description("weights below are 0"), Range(0, 1)]
    public double Threshold { get; init; }
}

/// <summary>
/// Attention without queries and keys: every head sees a fixed bell around its offset from the query (You, Sun, Iyyer, ACL 2020, arXiv 2005.00742).
/// Weights are densities of a normal distribution; they do not sum to 1 near the ends, and masks make them no larger. Projections have no bias.
/// Records <c>weights</c>, (heads, queries, keys), for inspection.
/// </summary>
[Formula(
    "A_ij = exp(-((j - i - o) / s)² / 2) / (s √(2π)), 0 below the threshold",
    "Y = [A V] W_o",
    Where = "o: offset of the head; s: its deviation; π: 3.14159")]
[Claims(Causal = true)]
[Method("hard-coded-gaussian", "Hard-coded Gaussian attention", Family.Priors, 2020, System = "priors",
    Paper = "You, Sun, Iyyer, Hard-Coded Gaussian Attention for Neural Machine Translation, ACL 2020, arXiv 2005.00742",
    Complexity = "O(tokens²), without scores")]
public sealed class HardCodedAttention : TokenMixer
{
    private readonly int _heads;
    private readonly double _threshold;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, a list is empty, or a deviation is not above 0.</exception>
    public HardCodedAttention(TokenMixerShape shape, HardCodedAttentionOptions options)
    {
        if (options.Offsets.Count == 0 || options.Deviations.Count == 0 || options.Deviations.Any(deviation => !(deviation > 0)))
            throw new UserException("Hard-coded attention needs at least one offset and one deviation, each deviation above 0; found offsets "
                + $"[{string.Join(", ", options.Offsets)}] and deviations [{string.Join(", ", options.Deviations)}].");
        (_heads, _threshold) = (shape.Heads, options.Threshold);
        ValueProjection = new Linear(shape.Width, shape.Heads * shape.HeadWidth, bias: false);
        OutputProjection = new Linear(shape.Heads * shape.HeadWidth, shape.Width, bias: false);
        Offsets = InTurn(options.Offsets);
        Deviations = InTurn(options.Deviations);
    }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    /// <summary>(heads, 1, 1).</summary>
    [Buffer(Persistent = false)]
    private Tensor Offsets { get; }

    /// <summary>(heads, 1, 1).</summary>
    [Buffer(Persistent = false)]
    private Tensor Deviations { get; }

    /// <summary>Cross-attention: what queries get of the tokens of a context, for their positions alone.</summary>
    /// <param name="queries">How many queries there are.</param>
    /// <param name="context">(batch, keys, width).</param>
    /// <param name="wordRatio">Keys for every query, in the mean: what a query's position is multiplied by.</param>
    /// <param name="mask">What may not be seen; null lets every query see all.</param>
    /// <returns>(batch, queries, width).</returns>
    public Tensor CallCross(long queries, Tensor context, double wordRatio = 1, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Mix(queries, context, wordRatio, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => Mix(tokens.Size(1), tokens, 1, mask);

    private Tensor Mix(long queries, Tensor context, double wordRatio, AttentionMask? mask)
    {
        var values = Heads.Split(ValueProjection.Call(context), _heads);
        var weights = Weights(queries, values, wordRatio);
        Recorder.Record(this, "weights", weights);
        if (mask?.Table(queries, values.Size(2), values.Device) is { } visible)
            weights = weights.MaskedFill(!visible, 0);
        return OutputProjection.Call(Heads.Join(weights.MatMul(values)));
    }

    /// <summary>(heads, queries, keys).</summary>
    private Tensor Weights(long queries, Tensor values, double wordRatio)
    {
        Tensor Positions(long count) => Functional.Arange(count, device: values.Device).To(values.DType);
        var away = (Positions(values.Size(2)) - (Positions(queries).Unsqueeze(1) * wordRatio + Offsets)) / Deviations;
        var density = (away.Square() * -0.5).Exp() / (Deviations * Math.Sqrt(2 * Math.PI));
        return _threshold > 0 ? density.MaskedFill(density.Lt(_threshold), 0) : density;
    }

    private Tensor InTurn(ValueList<double> values) =>
        Tensor.From<float>([.. Enumerable.Range(0, _heads).Select(head => (float)values[head % values.Count])], [_heads, 1, 1]).OutliveScopes();
}
