using System.ComponentModel;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>Options of <see cref="AverageAttention"/>.</summary>
public sealed record AverageAttentionOptions
{
    /// <summary>Whether averages pass through a feed-forward part, with a skip connection.</summary>
    [Description("a feed-forward part behind the averages")]
    public bool FeedForward { get; init; } = true;
}

/// <summary>
/// The average of the tokens so far in place of attention, and gates that mix it with the token (Zhang, Xiong, Su, ACL 2018, arXiv 1805.00631). Without a
/// causal mask the average is that of all tokens. Records <c>weights</c>, (batch or 1, queries, keys), for inspection.
/// </summary>
[Formula(
    "a_t = (1 / t) sum_(j ≤ t) x_j, b_t = a_t + mlp(norm(a_t))",
    "[g, f]_t = σ([x_t, b_t] W + c), y_t = g_t ⊙ x_t + f_t ⊙ b_t",
    Where = "a, b: averages, (width); g, f: gates, (width); W: (2 · width, 2 · width); c: (2 · width); t: place, from 1")]
[Claims(Growth = 1, Causal = true)]
[Method("average-attention", "Average attention network", Family.Priors, 2018, System = "priors",
    Paper = "Zhang, Xiong, Su, Accelerating Neural Transformer via an Average Attention Network, ACL 2018, arXiv 1805.00631",
    Complexity = "O(tokens), O(1) a step")]
public sealed class AverageAttention : TokenMixer
{
    /// <summary>A mixer with fresh weights.</summary>
    public AverageAttention(TokenMixerShape shape, AverageAttentionOptions options)
    {
        if (options.FeedForward)
            (Norm, FeedForward) = (new LayerNorm(shape.Width, 1e-6),
                new PositionwiseFeedForward(shape.Width, shape.Width, Activations.Named("relu"), shape.Dropout));
        Gates = new Linear(2 * shape.Width, 2 * shape.Width);
    }

    private LayerNorm? Norm { get; }

    private PositionwiseFeedForward? FeedForward { get; }

    private Linear Gates { get; }

    /// <summary>The causal form, some tokens at a time.</summary>
    /// <param name="tokens">(batch, new tokens, width).</param>
    /// <param name="state">What the step before gave; null at the first token.</param>
    /// <returns>The mixed new tokens, and the state to hand to the step after: sum and number of tokens.</returns>
    public (Tensor Tokens, IReadOnlyList<Tensor> State) Step(Tensor tokens, IReadOnlyList<Tensor>? state = null)
    {
        using var scope = new TensorScope();
        var sums = state is null ? tokens.CumSum(1) : tokens.CumSum(1) + state[0];
        var counts = Functional.Arange(tokens.Size(1), device: tokens.Device).To(tokens.DType).Unsqueeze(-1) + 1;
        if (state is not null)
            counts = counts + state[1];
        var mixed = Mix(tokens, sums / counts).Tokens;
        return (scope.Keep(mixed), scope.Keep((Tensor[])[sums.Narrow(1, -1, 1).Clone(), counts.Narrow(0, -1, 1).Clone()]));
    }

    /// <summary>What every query takes of every key: (batch or 1, queries, keys). Padded queries take nothing.</summary>
    /// <remarks>Quadratic in tokens: for inspection.</remarks>
    internal static Tensor Weights(Tensor tokens, AttentionMask? mask)
    {
        var count = tokens.Size(1);
        var seen = tokens.NewOnes([1, count, count]);
        if (mask?.IsCausal == true)
            seen = seen.Tril();
        if (mask?.Keys is { } keys)
            seen = seen * keys.To(tokens.DType).Unsqueeze(1);
        var weights = seen / seen.Sum([-1], keepdim: true).ClampMin(1);
        return mask?.Queries is { } queries ? weights * queries.To(tokens.DType).Unsqueeze(-1) : weights;
    }

    /// <summary>The mixed tokens, and the averages after the feed-forward part.</summary>
    internal (Tensor Tokens, Tensor Averages) CallWithAverages(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope();
        var (mixed, averages) = Mix(tokens, Averages(tokens, mask));
        return (scope.Keep(mixed), scope.Keep(averages));
    }

    /// <inheritdoc/>
    /// <exception cref="UserException">There is a mask of pairs.</exception>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("The average attention network");
        if (Recorder.IsListening)
            Recorder.Record(this, "weights", Weights(tokens, mask));
        return Mix(tokens, Averages(tokens, mask)).Tokens;
    }

    private static Tensor Averages(Tensor tokens, AttentionMask? mask)
    {
        var real = mask?.Keys?.Unsqueeze(-1).To(tokens.DType) ?? tokens.NewOnes([1, tokens.Size(1), 1]);
        var counted = mask?.Keys is null ? tokens : tokens * real;
        return mask?.IsCausal == true
            ? counted.CumSum(1) / real.CumSum(1).ClampMin(1)
            : (counted.Sum([1], keepdim: true) / real.Sum([1], keepdim: true).ClampMin(1)).ExpandAs(tokens);
    }

    private (Tensor Tokens, Tensor Averages) Mix(Tensor tokens, Tensor averages)
    {
        if (FeedForward is not null)
            averages = averages + FeedForward.Call(Norm!.Call(averages));
        var gates = Gates.Call(Functional.Cat([tokens, averages], -1)).Sigmoid().Chunk(2, -1);
        return (gates[0] * tokens + gates[1] * averages, averages);
    }
}
