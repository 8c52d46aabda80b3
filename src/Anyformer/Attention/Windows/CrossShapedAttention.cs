using Anyformer.Attention.Kernels;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Attention over a map, (batch, height, width, channels) to the same, in branches that have their share of the channels each: stripes down
/// the map beside stripes across it, so that a place sees a cross (Dong et al., CVPR 2022, arXiv 2107.00652, section 3.2), or the whole map at
/// once.
/// </summary>
internal sealed class CrossShapedAttention : TensorModule
{
    internal CrossShapedAttention(int width, bool inputBias, IEnumerable<MapBranch> branches)
    {
        InputProjection = new Linear(width, 3 * width, inputBias);
        Branches = new ModuleList<MapBranch>(branches);
        OutputProjection = new Linear(width, width);
    }

    /// <summary>To queries, keys and values, in this order.</summary>
    private Linear InputProjection { get; }

    private ModuleList<MapBranch> Branches { get; }

    private Linear OutputProjection { get; }

    protected override Tensor Forward(Tensor input)
    {
        var parts = InputProjection.Call(input).Chunk(3, -1).Select(part => part.Chunk(Branches.Count, -1)).ToArray();
        var contexts = Branches.Select((branch, i) => branch.Call(parts[0][i], parts[1][i], parts[2][i])).ToArray();
        return OutputProjection.Call(contexts.Length == 1 ? contexts[0] : Functional.Cat(contexts, -1));
    }
}

/// <summary>
/// Attention of queries, keys and values that are maps, (batch, height, width, channels); what a depthwise convolution makes of the values
/// tells where they are, and is added (locally enhanced position encoding, Dong et al. 2022, section 3.3).
/// </summary>
internal abstract class MapBranch(int width) : Module
{
    private protected Conv2d ValuePositions { get; } = new(width, width, 3, padding: 1, groups: width);

    internal Tensor Call(Tensor queries, Tensor keys, Tensor values)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(queries, keys, values));
    }

    private protected abstract Tensor Forward(Tensor queries, Tensor keys, Tensor values);

    /// <summary>The convolved values, where they were.</summary>
    private protected Tensor Positions(Tensor values) => ValuePositions.Call(values.MoveDim(-1, 1)).MoveDim(1, -1);
}

/// <summary>Softmax attention in stripes.</summary>
/// <param name="width">Channels.</param>
/// <param name="heads">Heads, each an equal share of the channels.</param>
/// <param name="stripe">A stripe.</param>
/// <param name="dropout">Probability of dropout on attention weights.</param>
internal sealed class StripeBranch(int width, int heads, ImageWindows stripe, double dropout) : MapBranch(width)
{
    private readonly int _heads = new TokenMixerShape(0, width, heads).OfFunction.Heads;

    private Dropout Dropout { get; } = new(dropout);

    private protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values)
    {
        var cut = stripe.Split(values);
        var asking = Split(stripe.Split(queries)) * Math.Sqrt((double)_heads / queries.Size(-1));
        var weights = Dropout.Call(asking.MatMul(Split(stripe.Split(keys)).Transpose(-2, -1)).Softmax(-1));
        var contexts = Heads.Join(weights.MatMul(Split(cut))).Unflatten(1, [stripe.Height, stripe.Width]);
        return stripe.Join(contexts + Positions(cut), values.Size(1), values.Size(2));
    }

    private Tensor Split(Tensor windows) => Heads.Split(windows.Flatten(1, 2), _heads);
}

/// <summary>Focused linear attention over the whole map.</summary>
internal sealed class FocusedBranch(int width, int heads, long places, FocusedOptions options) : MapBranch(width)
{
    internal FocusedContext Context { get; } = new(width, heads, places, options);

    private protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values)
    {
        var contexts = Context.Call(queries.Flatten(1, 2), keys.Flatten(1, 2), values.Flatten(1, 2), values.Size(1), values.Size(2));
        return contexts.Unflatten(1, [values.Size(1), values.Size(2)]) + Positions(values);
    }
}
