using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>Options of <see cref="LocalAndDistantAttention"/>. The heads that are neither local nor distant have no prior, and come first.</summary>
public sealed record LocalAndDistantAttentionOptions
{
    /// <summary>Heads with a bell around a predicted centre.</summary>
    [Description("heads with a bell around a predicted centre"), Range(0, 1024)]
    public int LocalHeads { get; init; } = 1;

    /// <summary>Heads that prefer what is far away; they come last.</summary>
    [Description("heads that prefer what is far away"), Range(0, 1024)]
    public int DistantHeads { get; init; } = 1;

    /// <summary>Tokens that a bell is wide.</summary>
    [Description("tokens that a bell is wide"), Range(0.01, 1e6)]
    public double Window { get; init; } = 10;
}

/// <summary>
/// Heads of three kinds, as in the later code of the localness authors (baosongyang/Context-Aware-SAN): free ones, local ones whose centre is predicted
/// from the query and what it attends to at first, and ones that prefer distance. Records <c>weights</c>, (batch, heads, queries, keys), and
/// <c>center</c>, (batch, local heads, queries, 1).
/// </summary>
[Formula(
    "Y = softmax(S + G) V, S = Q Kᵀ / √d",
    "local heads: G_ij = -2 ((c_i - j) / w)², c_i = (n - 1) σ(u·tanh(q_i W1 + z_i W2)), z_i = softmax(S)_i V",
    "distant heads: G_ij = 1 - exp(-2 ((i - j) / w)²); other heads: G = 0",
    Where = "G: bias, (batch, heads, queries, keys); c: centre; w: window; z: (d); W1, W2: (d, d); u: (d); n: keys that are seen")]
[Claims(Causal = true)]
[Method("local-gaussian-heads", "Local and distant heads", Family.Priors, 2019, System = "priors",
    Paper = "Yang, Tu, Wong, Meng, Chao, Zhang, Modeling Localness for Self-Attention Networks, EMNLP 2018, arXiv 1810.10182, and the code of "
        + "Yang, Li, Wong, Chao, Wang, Tu, Context-Aware Self-Attention Networks, AAAI 2019, arXiv 1902.05766",
    Complexity = "O(tokens²)")]
public sealed class LocalAndDistantAttention : AttentionFunction
{
    private readonly LocalAndDistantAttentionOptions _options;

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">There are more local and distant heads than heads.</exception>
    public LocalAndDistantAttention(AttentionShape shape, LocalAndDistantAttentionOptions options)
    {
        if (options.LocalHeads + options.DistantHeads > shape.Heads)
            throw new UserException($"Of {shape.Heads} heads {options.LocalHeads} cannot be local and {options.DistantHeads} distant.");
        _options = options;
        Dropout = new Dropout(shape.Dropout);
        if (options.LocalHeads == 0)
            return;
        QueryTransform = new Linear(shape.HeadWidth, shape.HeadWidth);
        ContextTransform = new Linear(shape.HeadWidth, shape.HeadWidth, bias: false);
        CenterOutput = new Linear(shape.HeadWidth, 1);
    }

    private Linear? QueryTransform { get; }

    private Linear? ContextTransform { get; }

    private Linear? CenterOutput { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var scaled = queries / Math.Sqrt(queries.Size(-1));
        var scores = scaled.MatMul(keys.Transpose(-2, -1));
        var visible = mask?.Table(queries.Size(2), keys.Size(2), queries.Device);
        var (local, distant) = (_options.LocalHeads, _options.DistantHeads);
        var free = queries.Size(1) - local - distant;
        var parts = new List<Tensor> { scores.Narrow(1, 0, free) };
        if (local > 0)
            parts.Add(Local(scores.Narrow(1, free, local), scaled.Narrow(1, free, local), values.Narrow(1, free, local), OfHeads(visible, free, local)));
        if (distant > 0)
            parts.Add(scores.Narrow(1, free + local, distant) + 1 - (Distances.Of(scores) / _options.Window).Square().Mul(-2).Exp());
        var biased = Functional.Cat([.. parts], 1);
        var weights = visible is null ? biased.Softmax(-1) : MaskedSoftmax.Of(biased, visible);
        Recorder.Record(this, "weights", weights);
        return Dropout.Call(weights).MatMul(values);
    }

    /// <summary>Scores with a bell around the centre that the query and its first context predict.</summary>
    private Tensor Local(Tensor scores, Tensor queries, Tensor values, Tensor? visible)
    {
        var context = scores.Hide(visible).Softmax(-1).MatMul(values);
        var share = CenterOutput!.Call((QueryTransform!.Call(queries) + ContextTransform!.Call(context)).Tanh()).Sigmoid();
        var center = visible is null ? share * (scores.Size(-1) - 1) : share * (visible.To(scores.DType).Sum([-1], keepdim: true) - 1);
        Recorder.Record(this, "center", center);
        var positions = Functional.Arange(scores.Size(-1), device: scores.Device).To(scores.DType);
        return scores - ((center - positions) / _options.Window).Square() * 2;
    }

    /// <summary>The part of a mask that is about some heads.</summary>
    private static Tensor? OfHeads(Tensor? visible, long first, long count) =>
        visible is { Dimensions: 4 } && visible.Size(1) > 1 ? visible.Narrow(1, first, count) : visible;
}
