using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>
/// Scores with a bell around a centre that every query predicts: <c>-2 ((j - centre) / window)²</c> (Yang et al., EMNLP 2018, Modeling Localness,
/// arXiv 1810.10182). Heads share the prediction. Records <c>center</c> and <c>window</c>, (batch, heads, queries).
/// </summary>
public abstract class LocalGaussian : ScoreModifier
{
    private protected LocalGaussian(int headWidth) => (CenterHidden, CenterOutput) = (new Linear(headWidth, headWidth, bias: false), Vector(headWidth));

    private Linear CenterHidden { get; }

    /// <summary>(head width).</summary>
    private Parameter CenterOutput { get; }

    /// <inheritdoc/>
    protected override Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys)
    {
        var hidden = CenterHidden.Call(queries).Tanh();
        var center = Place(hidden, CenterOutput, keys);
        var window = Window(hidden, keys);
        Recorder.Record(this, "center", center.Squeeze(-1));
        Recorder.Record(this, "window", window.Squeeze(-1).ExpandAs(center.Squeeze(-1)));
        var positions = Functional.Arange(keys.Size(2), device: keys.Device).To(scores.DType);
        return scores - ((positions - center) / window).Square() * 2;
    }

    /// <summary>How many keys a window is wide, broadcastable to (batch, heads, queries, 1).</summary>
    /// <param name="hidden">What the centres are predicted from, (batch, heads, queries, head width).</param>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    private protected abstract Tensor Window(Tensor hidden, Tensor keys);

    private protected static Parameter Vector(int headWidth) => Initialization.InverseFanIn(Parameter.Empty(headWidth), headWidth);

    /// <summary>A number from 0 to that of the keys, (..., 1).</summary>
    private protected static Tensor Place(Tensor hidden, Tensor output, Tensor keys) => hidden.MatMul(output.Unsqueeze(-1)).Sigmoid() * keys.Size(2);
}

/// <summary>Options of <see cref="FixedLocalGaussian"/>.</summary>
public sealed record FixedLocalGaussianOptions
{
    /// <summary>Keys that a window is wide.</summary>
    [Description("keys that a window is wide"), Range(0.01, 1e6)]
    public double Window { get; init; } = 10;
}

/// <summary>A localness prior whose windows are all as wide.</summary>
[Formula(
    "S'_ij = S_ij - 2 ((j - c_i) / w)²",
    "c_i = n σ(u·tanh(q_i W))",
    Where = "S': (batch, heads, queries, keys); c: centre of a query; w: window, an option; W: (d, d); u: (d); n: keys")]
[Method("local-gaussian-fixed", "Local Gaussian, fixed window", Family.Priors, 2018, System = "priors",
    Paper = "Yang, Tu, Wong, Meng, Chao, Zhang, Modeling Localness for Self-Attention Networks, EMNLP 2018, arXiv 1810.10182", Complexity = "O(tokens²)")]
public sealed class FixedLocalGaussian : LocalGaussian
{
    private readonly double _window;

    /// <summary>A prior with fresh weights.</summary>
    public FixedLocalGaussian(AttentionShape shape, FixedLocalGaussianOptions options) : base(shape.HeadWidth) => _window = options.Window;

    /// <inheritdoc/>
    private protected override Tensor Window(Tensor hidden, Tensor keys) => keys.NewFull([1, 1, 1, 1], _window);
}

/// <summary>A localness prior in which every query predicts the width of its window too.</summary>
[Formula(
    "S'_ij = S_ij - 2 ((j - c_i) / w_i)²",
    "c_i = n σ(u·tanh(q_i W)), w_i = n σ(a·tanh(q_i W))",
    Where = "S': (batch, heads, queries, keys); c: centre of a query; w: its window; W: (d, d); u, a: (d); n: keys")]
[Method("local-gaussian-query", "Local Gaussian, window of the query", Family.Priors, 2018, System = "priors",
    Paper = "Yang, Tu, Wong, Meng, Chao, Zhang, Modeling Localness for Self-Attention Networks, EMNLP 2018, arXiv 1810.10182", Complexity = "O(tokens²)")]
public sealed class QueryLocalGaussian : LocalGaussian
{
    /// <summary>A prior with fresh weights.</summary>
    public QueryLocalGaussian(AttentionShape shape) : base(shape.HeadWidth) => WindowOutput = Vector(shape.HeadWidth);

    /// <summary>(head width).</summary>
    private Parameter WindowOutput { get; }

    /// <inheritdoc/>
    private protected override Tensor Window(Tensor hidden, Tensor keys) => Place(hidden, WindowOutput, keys);
}

/// <summary>A localness prior whose window is predicted for the whole layer, from the mean of the keys.</summary>
[Formula(
    "S'_ij = S_ij - 2 ((j - c_i) / w)²",
    "c_i = n σ(u·tanh(q_i W)), w = n σ(a·tanh(mean_j(k_j) B))",
    Where = "S': (batch, heads, queries, keys); c: centre of a query; w: window of the layer; W, B: (d, d); u, a: (d); n: keys")]
[Method("local-gaussian-layer", "Local Gaussian, window of the layer", Family.Priors, 2018, System = "priors",
    Paper = "Yang, Tu, Wong, Meng, Chao, Zhang, Modeling Localness for Self-Attention Networks, EMNLP 2018, arXiv 1810.10182", Complexity = "O(tokens²)")]
public sealed class LayerLocalGaussian : LocalGaussian
{
    /// <summary>A prior with fresh weights.</summary>
    public LayerLocalGaussian(AttentionShape shape) : base(shape.HeadWidth) =>
        (WindowHidden, WindowOutput) = (new Linear(shape.HeadWidth, shape.HeadWidth, bias: false), Vector(shape.HeadWidth));

    /// <inheritdoc/>
    public override bool SeesAllKeys => true;

    private Linear WindowHidden { get; }

    /// <summary>(head width).</summary>
    private Parameter WindowOutput { get; }

    /// <inheritdoc/>
    private protected override Tensor Window(Tensor hidden, Tensor keys) =>
        Place(WindowHidden.Call(keys.Mean([2], keepdim: true)).Tanh(), WindowOutput, keys);
}
