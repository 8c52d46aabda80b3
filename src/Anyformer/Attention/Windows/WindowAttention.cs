using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Softmax attention inside windows, (batch x windows, height, width, channels) to the same, with a learned bias of each head for each
/// distance down and across between two places (Liu et al., ICCV 2021, arXiv 2103.14030, section 3.2).
/// </summary>
internal sealed class WindowAttention : TensorModule
{
    private readonly int _heads;

    /// <param name="width">Channels.</param>
    /// <param name="heads">Heads, each an equal share of the channels.</param>
    /// <param name="window">Places along each side of a window.</param>
    /// <param name="mask">What is added to the scores of each window of a map, (windows, places, places); null for nothing.</param>
    /// <param name="inputBias">Whether queries, keys and values have biases.</param>
    /// <param name="dropout">Probability of dropout on attention weights.</param>
    internal WindowAttention(int width, int heads, long window, Tensor? mask, bool inputBias = true, double dropout = 0)
    {
        _heads = new TokenMixerShape(0, width, heads).OfFunction.Heads;
        InputProjection = new Linear(width, 3 * width, inputBias);
        OutputProjection = new Linear(width, width);
        Biases = Initialization.TruncatedNormal(Parameter.Empty((2 * window - 1) * (2 * window - 1), heads), 0, 0.02);
        Distances = DistancesOf(window).OutliveScopes();
        Mask = mask?.OutliveScopes();
        Dropout = new Dropout(dropout);
    }

    /// <summary>To queries, keys and values, in this order.</summary>
    private Linear InputProjection { get; }

    private Linear OutputProjection { get; }

    /// <summary>(distances down x distances across, heads).</summary>
    private Parameter Biases { get; }

    private Dropout Dropout { get; }

    /// <summary>Which bias is that of a pair of places, (places x places).</summary>
    [Buffer(Persistent = false)]
    private Tensor Distances { get; }

    /// <summary>(windows, places, places).</summary>
    [Buffer(Persistent = false)]
    private Tensor? Mask { get; }

    protected override Tensor Forward(Tensor input)
    {
        var (height, width, channels) = (input.Size(1), input.Size(2), input.Size(3));
        var places = height * width;
        var projected = InputProjection.Call(input.Flatten(1, 2)).View([-1, places, 3, _heads, channels / _heads]).Permute([2, 0, 3, 1, 4]).Unbind(0);
        var scores = (projected[0] * (1 / Math.Sqrt(channels / _heads))).MatMul(projected[1].Transpose(-2, -1));
        var weights = Dropout.Call(Biased(scores, places).Softmax(-1));
        return OutputProjection.Call(Heads.Join(weights.MatMul(projected[2]))).Unflatten(1, [height, width]);
    }

    private Tensor Biased(Tensor scores, long places)
    {
        var biases = Biases.IndexSelect(0, Distances).View([places, places, _heads]).Permute([2, 0, 1]);
        if (Mask is null)
            return scores + biases;
        return (scores.Unflatten(0, [-1, Mask.Size(0)]) + (biases + Mask.Unsqueeze(1))).Flatten(0, 1);
    }

    private static Tensor DistancesOf(long window)
    {
        using var scope = new TensorScope();
        var places = Functional.Arange(window, DType.Int64);
        var distances = places.Unsqueeze(1) - places + (window - 1);
        var down = distances.View([window, 1, window, 1]);
        var across = distances.View([1, window, 1, window]);
        return scope.Keep((down * (2 * window - 1) + across).Flatten());
    }
}
