using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>
/// Feed-forward networks side by side, of which a token meets those it is sent to: <c>W2 act(W1 x + b1) + b2</c>. Tokens are sorted by expert, so
/// that the work is that of the kept choices, whatever the number of experts and however uneven their shares.
/// </summary>
internal sealed class ExpertNetworks : Module
{
    private readonly Activation _activation;

    internal ExpertNetworks(long experts, long width, long hiddenWidth, Activation activation, double dropout = 0, bool bias = false)
    {
        (Count, _activation, Dropout) = (experts, activation, new Dropout(dropout));
        HiddenWeight = Initialization.InverseFanIn(Parameter.Empty(experts, hiddenWidth, width), width);
        OutputWeight = Initialization.InverseFanIn(Parameter.Empty(experts, width, hiddenWidth), hiddenWidth);
        HiddenBias = bias ? Initialization.InverseFanIn(Parameter.Empty(experts, hiddenWidth), width) : null;
        OutputBias = bias ? Initialization.InverseFanIn(Parameter.Empty(experts, width), hiddenWidth) : null;
    }

    internal long Count { get; }

    /// <summary>(experts, hidden width, width).</summary>
    internal Parameter HiddenWeight { get; }

    /// <summary>(experts, width, hidden width).</summary>
    internal Parameter OutputWeight { get; }

    /// <summary>(experts, hidden width).</summary>
    private Parameter? HiddenBias { get; }

    /// <summary>(experts, width).</summary>
    private Parameter? OutputBias { get; }

    private Dropout Dropout { get; }

    /// <summary>For every token the weighted sum of what its experts make of it, 0 when none kept it: (tokens, width) to the same.</summary>
    internal Tensor Call(Tensor tokens, ExpertRoute route)
    {
        using var scope = new TensorScope(this);
        var choices = route.Experts.Size(-1);
        var queues = (route.Kept is null ? route.Experts : Functional.Where(route.Kept, route.Experts, Count)).Flatten();
        var order = queues.Sort(stable: true).Indices;
        var shares = queues.BinCount(minlength: Count).ToArray<long>()[..(int)Count];
        var kept = shares.Sum();
        if (kept == 0)
            return scope.Keep(tokens.ZerosLike());
        var inputs = Functional.Embedding(tokens, order[..(int)kept].FloorDivide(choices));
        var hidden = Dropout.Call(_activation(Map(inputs, shares, HiddenWeight, HiddenBias)));
        var outputs = Map(hidden, shares, OutputWeight, OutputBias);
        return scope.Keep(Combine(outputs, order, route.KeptWeights, choices).To(tokens.DType));
    }

    /// <summary>Each expert's linear map of its share of the rows, which lie one expert after the other.</summary>
    private static Tensor Map(Tensor rows, long[] shares, Tensor weight, Tensor? bias)
    {
        var (parts, weights, biases) = (rows.SplitWithSizes(shares), weight.Unbind(), bias?.Unbind());
        var busy = Enumerable.Range(0, shares.Length).Where(expert => shares[expert] > 0);
        return Functional.Cat([.. busy.Select(expert => Functional.Linear(parts[expert], weights[expert], biases?[expert]))]);
    }

    /// <summary>Brings the experts' outputs back to the tokens and adds those of a token up.</summary>
    private static Tensor Combine(Tensor outputs, Tensor order, Tensor? weights, long choices)
    {
        var places = Functional.Arange(order.Size(0), device: order.Device);
        // A choice that was not kept has no output; its weight is 0, and any row will do.
        var rows = order.EmptyLike().ScatterInPlace(0, order, places).Clamp(max: outputs.Size(0) - 1);
        var returned = Functional.Embedding(outputs, rows).View([-1, choices, outputs.Size(1)]);
        return choices == 1
            ? (weights is null ? returned : returned * weights.Unsqueeze(-1)).Squeeze(1)
            : (weights is null ? returned : returned * weights.Unsqueeze(-1)).Sum([1]);
    }
}
